import { toBase64 } from './base64.js';
import { gatherAttachments } from './attachments.js';
import { currentVersion } from './migrations.js';
import type { Cell, Notebook } from './notebook.js';

/** Characters of a line of base64. */
const lineLength = 100;

/** Control characters, and what Unicode calls line ends, but for the tab and the line feed. */
const fragile = /(?![\t\n])[\p{Cc}\u2028\u2029\ufeff]/gu;

/**
 * A document as a text file that diffs well: cells in page order, one line a setting, prose as it
 * is, lists of objects one entry a line, attachments last. `parseText` is the inverse.
 *
 *     %% gemma-loupe notebook 1
 *     title: "What the mask forbids"
 *     model: "gemma3-mini"
 *
 *     %% prose prose-1
 *
 *     # What the mask forbids
 *
 *     %% mask mask-1
 *     source: "prompt-1"
 *     layer: 5
 *     head: null
 *
 * @param options.attachments false leaves them out, for a store that keeps them beside the text
 */
export function serializeText(notebook: Notebook, { attachments = true } = {}): string {
	const { title, model, cells } = notebook;
	const blocks = [
		[
			`%% gemma-loupe notebook ${currentVersion}`,
			...setting('title', title),
			...setting('model', model)
		],
		...cells.map(serializeCell)
	];
	if (attachments) {
		for (const [hash, { mediaType, bytes }] of gatherAttachments(cells, notebook.attachments)) {
			const lines = toBase64(bytes).match(new RegExp(`.{1,${lineLength}}`, 'g')) ?? [];
			blocks.push([`%% attachment ${hash}`, ...setting('mediaType', mediaType), '', ...lines]);
		}
	}
	return blocks.map((lines) => `${lines.join('\n')}\n`).join('\n');
}

function serializeCell(cell: Cell): string[] {
	const { id, kind, source, caption, collapsed, recording } = cell;
	const { text, ...settings } = cell.settings as { text?: string } & Record<string, unknown>;
	const body = text === undefined ? null : maybeBody(text);
	return [
		`%% ${kind} ${id}`,
		...(source === null ? [] : setting('source', source)),
		...(caption === '' ? [] : setting('caption', caption)),
		...(collapsed ? setting('collapsed', true) : []),
		...(recording ? setting('recording', recording) : []),
		...Object.entries(settings).flatMap(([name, value]) => setting(name, value)),
		...(text !== undefined && text !== '' && body === null ? setting('text', text) : []),
		...(body === null ? [] : ['', ...body])
	];
}

function setting(name: string, value: unknown): string[] {
	if (!Array.isArray(value) || value.length === 0) return [`${name}: ${toJson(value)}`];
	const last = value.length - 1;
	const entries = value.map((entry, i) => `\t${toJson(entry)}${i < last ? ',' : ''}`);
	return [`${name}: [`, ...entries, ']'];
}

/** JSON without the characters that some editor takes for a line's end, or drops. */
function toJson(value: unknown): string {
	return JSON.stringify(value).replace(
		fragile,
		(character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
	);
}

/** The lines of a text that can stand as it is; null if some editor or reader would change it. */
function maybeBody(text: string): string[] | null {
	if (!text.isWellFormed() || text.search(fragile) >= 0) return null;
	const lines = text.split('\n');
	if (lines[0].trim() === '' || lines.at(-1)!.trim() === '') return null;
	return lines.map((line) => (/^\\*%%/.test(line) ? `\\${line}` : line));
}
