import { expect, test } from 'vitest';
import { createAttachment } from '../../src/lib/notebook/attachments.js';
import { toCellKeys } from '../../src/lib/notebook/cellKeys.js';
import { setRecording } from '../../src/lib/notebook/edits.js';
import { toNotebook, type Notebook } from '../../src/lib/notebook/notebook.js';
import { CellResults } from '../../src/lib/state/notebook/CellResults.svelte.js';
import type { NotebookState } from '../../src/lib/state/notebook/NotebookState.svelte.js';
import type { Classification } from '../../src/lib/trace/classification.js';
import { recordClassification } from '../../src/lib/trace/recordClassification.js';
import { recordTraceFile } from '../../src/lib/trace/recordTraceFile.js';
import { createMadeTrace, textToken } from '../support/madeTrace.js';

const run = createMadeTrace([' So', ' good', '.'].map((text, i) => textToken(i, text)));
const prompt = { kind: 'plain', text: 'So good.' } as const;
const classification: Classification = {
	token: run.tokens[2],
	scoreFunction: 'softmax',
	labels: [
		{ label: 'bad', logit: -1, probability: 0.125 },
		{ label: 'good', logit: 1, probability: 0.875 }
	]
};
const notebook = toNotebook({
	cells: [
		{ id: 'ask', kind: 'prompt', settings: { template: 'plain', text: prompt.text } },
		{ id: 'label', kind: 'classification', source: 'ask' }
	]
});

async function open(bytes: Uint8Array<ArrayBuffer>) {
	const attachments = await createAttachment('application/x-safetensors', bytes);
	const [trace] = attachments.keys();
	const key = toCellKeys(notebook).get('label')!;
	const document: Notebook = setRecording(notebook, 'label', { trace, key }, attachments);
	const { cells } = document;
	const cell = (id: string) => cells.find((one) => one.id === id) ?? null;
	const state = { document, cells, cell, attachments: document.attachments };
	return { results: new CellResults(state as unknown as NotebookState), cell: cell('label')! };
}

test('a recorded classification is shown until a live one takes its place', async () => {
	const { results, cell } = await open(recordClassification(run, prompt, classification));
	results.share();
	expect(results.freshness('label')).toBe('fresh');
	expect(results.classification(cell)).toEqual(classification);
	expect(results.recording(cell)?.model.name).toBe(run.model.name);
	expect(results.recordingFailure(cell)).toBeNull();
	const live = { ...classification, labels: classification.labels.slice(1) };
	const classified = { classification: live, run };
	const facts = { trace: null, totalMs: 1, notices: [], model: run.model, key: '' };
	results.set('label', { ...facts, classified });
	expect(results.classification(cell)).toEqual(live);
	expect(results.recording(cell)).toBeNull();
});

test('a recording of a run in a classification cell is refused with what to do', async () => {
	const bytes = await recordTraceFile(run, prompt, { topK: null, dtype: 'float32' });
	const { results, cell } = await open(bytes);
	expect(results.classification(cell)).toBeNull();
	expect(results.recordingFailure(cell)).toEqual({
		message: 'The recording holds no labels.',
		remedy: 'Run the cell, or take its recording out.'
	});
});
