import { readFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-web';
import { createAttachment } from '../../src/lib/notebook/attachments.js';
import { toCellKeys } from '../../src/lib/notebook/cellKeys.js';
import { setRecording } from '../../src/lib/notebook/edits.js';
import {
	toNotebook,
	toPrompt,
	type CellInput,
	type Notebook
} from '../../src/lib/notebook/notebook.js';
import type { RunRequest } from '../../src/lib/rpc/services.js';
import { directorySource } from '../../src/lib/sources/directorySource.js';
import { LiveTrace } from '../../src/lib/trace/liveTrace.js';
import { recordClassification } from '../../src/lib/trace/recordClassification.js';
import { recordTraceFile } from '../../src/lib/trace/recordTraceFile.js';
import { ModelService } from '../../workers/inferenceService.js';

const ask = (text: string) => ({ messages: [{ role: 'user' as const, content: text }] });

/** A document with a cell of every kind; the model's results are recorded in it. */
export async function createRecordedNotebook(): Promise<Notebook> {
	const png = new Uint8Array(await readFile('static/examples/wide-banner.png'));
	const attachments = await createAttachment('image/png', png);
	const [image] = attachments.keys();
	const cells: CellInput[] = [
		{
			id: 'intro',
			kind: 'prose',
			settings: { text: '## Every kind\n\nWith $a^2$ and **words**.' }
		},
		{
			id: 'france',
			kind: 'prompt',
			settings: { ...ask('What is the capital of France?'), showTemplate: true }
		},
		{ id: 'spain', kind: 'prompt', settings: ask('What is the capital of Spain?') },
		{
			id: 'banner',
			kind: 'prompt',
			settings: {
				messages: [
					{ role: 'user', content: [{ type: 'image' }, { type: 'text', text: 'Read the number.' }] }
				],
				pictures: [{ image, name: 'wide-banner.png' }],
				doPanAndScan: true
			}
		},
		{ id: 'tokens-1', kind: 'tokens', source: 'france', settings: { showIds: true } },
		{ id: 'mask-1', kind: 'mask', source: 'banner', settings: { layer: 1 } },
		{ id: 'window-1', kind: 'slidingWindow', source: 'france', settings: { slidingWindow: 6 } },
		{ id: 'crops-1', kind: 'panAndScan', source: 'banner' },
		{
			id: 'matrix-1',
			kind: 'attention',
			source: 'france',
			caption: 'Where it looks',
			settings: { layer: 5, head: 2 }
		},
		{
			id: 'folded-1',
			kind: 'attention',
			source: 'banner',
			settings: { layer: 5, head: 'max', scale: 'log' }
		},
		{ id: 'heads-1', kind: 'attention', source: 'france', settings: { view: 'heads' } },
		{
			id: 'lines-1',
			kind: 'attention',
			source: 'france',
			settings: { view: 'lines', layer: 3, query: 9 }
		},
		{ id: 'picture-1', kind: 'imageAttention', source: 'banner', settings: { layer: 5 } },
		{ id: 'norms-1', kind: 'hiddenStates', source: 'france' },
		{
			id: 'similarity-1',
			kind: 'hiddenStates',
			source: 'france',
			settings: { view: 'similarity', layer: 4 }
		},
		{ id: 'path-1', kind: 'hiddenStates', source: 'france', settings: { view: 'components' } },
		{ id: 'lens-1', kind: 'logitLens', source: 'france' },
		{ id: 'answer', kind: 'generation', source: 'france', settings: { maxNewTokens: 12 } },
		{ id: 'labels-1', kind: 'classification', source: 'france' },
		{ id: 'model-1', kind: 'configuration' },
		{
			id: 'compared-1',
			kind: 'comparison',
			source: 'france',
			settings: { other: 'spain', layer: 5 }
		},
		{
			id: 'compared-2',
			kind: 'comparison',
			source: 'france',
			settings: { other: 'spain', view: 'tokens' }
		},
		{
			id: 'compared-3',
			kind: 'comparison',
			source: 'france',
			settings: { other: 'spain', view: 'logits' }
		}
	];
	let notebook = toNotebook({ title: 'Every kind of cell', cells, attachments });

	ort.env.wasm.numThreads = 1;
	const service = new ModelService({ loadOrt: async () => ort, openSource: directorySource });
	const url = 'static/models/gemma3-mini';
	const model = await service.load({
		source: { kind: 'url', url },
		name: 'gemma3-mini',
		device: 'wasm'
	});
	const keys = toCellKeys(notebook);
	const keep = async (id: string, bytes: Uint8Array<ArrayBuffer>) => {
		const file = await createAttachment('application/x-safetensors', bytes);
		const [hash] = file.keys();
		notebook = setRecording(notebook, id, { trace: hash, key: keys.get(id)! }, file);
	};
	const record = async (id: string, trace: LiveTrace, prompt: RunRequest['prompt']) => {
		const all = Array.from({ length: model.config.textConfig.numHiddenLayers + 1 }, (_, i) => i);
		const bytes = await recordTraceFile(trace, prompt, {
			topK: null,
			dtype: 'float16',
			hiddenStateLayers: all,
			lensLayers: all
		});
		await keep(id, bytes);
	};
	for (const cell of notebook.cells) {
		if (cell.kind !== 'prompt') continue;
		const prompt = toPrompt(cell.settings);
		const pictures = cell.settings.pictures.map(({ name }) => ({
			name,
			blob: new Blob([png], { type: 'image/png' })
		}));
		const request =
			pictures.length === 0 ? { prompt } : { prompt, pictures, panAndScan: { doPanAndScan: true } };
		const run = await service.run(request);
		const trace = new LiveTrace(service, run, model, pictures);
		await record(cell.id, trace, prompt);
		if (cell.id !== 'france') continue;
		const labels = await service.classify(run.id);
		await keep('labels-1', recordClassification(trace, prompt, labels));
		const { run: longer } = await service.generate({ runId: run.id, maxNewTokens: 12 });
		await record('answer', new LiveTrace(service, longer, model), prompt);
	}
	await service.dispose();
	return notebook;
}
