import { gatherAttachments, verifyAttachments } from './attachments.js';
import { checkGraph } from './cellGraph.js';
import { currentVersion, migrate } from './migrations.js';
import { toNotebook, type Notebook, type NotebookInput } from './notebook.js';
import { NotebookError, quote } from './notebookError.js';

/** A document as plain data of some version, unchecked. */
export interface PlainNotebook {
	readonly version: unknown;
	readonly content: Readonly<Record<string, unknown>>;
}

/**
 * A document from untrusted plain data: brought to the current version, checked field by field,
 * its cells checked against each other, its attachments against their hashes. Attachments that no
 * cell refers to are dropped.
 *
 * @throws NotebookError naming what is wrong
 */
export async function parsePlainNotebook(plain: PlainNotebook): Promise<Notebook> {
	const { version } = plain;
	if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) {
		throw new NotebookError(`the notebook's version is ${quote(version)}, expected a whole number`);
	}
	if (version > currentVersion) {
		throw new NotebookError(
			`the notebook is of version ${version}, this program reads up to ${currentVersion}: open it with a newer Gemma Loupe`
		);
	}
	const notebook = toNotebook(migrate(plain.content, version) as NotebookInput);
	checkGraph(notebook.cells);
	await verifyAttachments(notebook);
	return { ...notebook, attachments: gatherAttachments(notebook.cells, notebook.attachments) };
}
