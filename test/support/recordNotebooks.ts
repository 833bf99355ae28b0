import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-web';
import { createAttachment } from '../../src/lib/notebook/attachments.js';
import { toRunOrder } from '../../src/lib/notebook/cellGraph.js';
import { toCellKeys } from '../../src/lib/notebook/cellKeys.js';
import { runsModel } from '../../src/lib/notebook/cellRoles.js';
import {
	toNotebook,
	toPrompt,
	type Attachment,
	type Notebook,
	type RecordingReference
} from '../../src/lib/notebook/notebook.js';
import { serializeText } from '../../src/lib/notebook/serializeText.js';
import { directorySource } from '../../src/lib/sources/directorySource.js';
import type { LiveResult } from '../../src/lib/state/notebook/CellResults.svelte.js';
import { runCell } from '../../src/lib/state/notebook/runCell.js';
import { recordTraceFile } from '../../src/lib/trace/recordTraceFile.js';
import type { ModelInfo } from '../../src/lib/trace/trace.js';
import { ModelService } from '../../workers/inferenceService.js';
import { bundledSources } from './notebooks/bundled.js';
import { findFalseClaims } from './notebooks/checkClaims.js';
import { toPictureAttachments, type NotebookSource } from './notebooks/notebookSource.js';

/**
 * Runs the notebooks of `test/support/notebooks` through the embedded model, as the page would,
 * records what came out into `static/notebooks`, and checks what their prose says against it.
 * Run it again whenever their text, the model or the recording's format changes:
 * `npm run record-notebooks`.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = `${root}static/notebooks`;
const name = 'gemma3-mini';

ort.env.wasm.numThreads = 1;
const service = new ModelService({ loadOrt: async () => ort, openSource: directorySource });
const { notices: _, ...model } = await service.load({
	source: { kind: 'url', url: `${root}static/models/${name}` },
	name,
	device: 'wasm'
});
await mkdir(folder, { recursive: true });
const list = [];
const wrong: string[] = [];
for (const source of bundledSources) {
	const { slug, title, summary } = source;
	const notebook = await record(source, model);
	const file = `${slug}.txt`;
	const text = serializeText(notebook);
	await writeFile(`${folder}/${file}`, text);
	list.push({ slug, title, summary, file });
	const found = await findFalseClaims(source, notebook);
	wrong.push(...found.map((claim) => `${slug}: ${claim}`));
	console.log(`${file}, ${(text.length / 1000).toFixed(0)} kB`);
}
await writeFile(`${folder}/index.json`, `${JSON.stringify(list, null, '\t')}\n`);
await service.dispose();
for (const claim of wrong) console.error(claim);
if (wrong.length > 0) process.exitCode = 1;

async function record(source: NotebookSource, model: ModelInfo): Promise<Notebook> {
	const { title, cells, recordings } = source;
	const attachments = toPictureAttachments(source);
	const notebook = toNotebook({ title, model: name, cells: [...cells], attachments });
	const keys = toCellKeys(notebook);
	const results = new Map<string, LiveResult>();
	const references = new Map<string, RecordingReference>();
	const traces = new Map<string, Attachment>();
	for (const cell of toRunOrder(notebook.cells).filter(runsModel)) {
		const { id } = cell;
		const key = keys.get(id)!;
		const before = cell.source === null ? null : results.get(cell.source)!;
		const context = { service, model, attachments, source: before, report: () => {} };
		const result = await runCell(cell, context, new AbortController().signal);
		results.set(id, { ...result, key, model });
		const asked = notebook.cells.find((other) => other.id === (cell.source ?? id))!;
		if (asked.kind !== 'prompt') throw new Error(`${id} does not continue a prompt`);
		const bytes = await recordTraceFile(result.trace!, toPrompt(asked.settings), {
			topK: null,
			dtype: 'float16',
			...recordings[id]
		});
		for (const [hash, attachment] of await createAttachment('application/x-safetensors', bytes)) {
			traces.set(hash, attachment);
			references.set(id, { trace: hash, key });
		}
		console.log(
			`  ${id}: ${result.trace!.tokens.length} tokens, ${(bytes.length / 1000).toFixed(0)} kB`
		);
	}
	for (const { trace } of results.values()) await trace?.release();
	return toNotebook({
		...notebook,
		cells: notebook.cells.map((cell) => ({ ...cell, recording: references.get(cell.id) ?? null })),
		attachments: new Map([...attachments, ...traces])
	} as Notebook);
}
