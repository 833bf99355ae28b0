import * as ort from 'onnxruntime-web';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunSummary } from '../../../src/lib/rpc/services.js';
import { directorySource } from '../../../src/lib/sources/directorySource.js';
import { openCells, toLayerMasks } from '../../../src/lib/views/layerMask.js';
import { softmaxStages } from '../../../src/lib/views/softmaxStages.js';
import { ModelService } from '../../../workers/inferenceService.js';

const service = new ModelService({
	loadOrt: async () => {
		ort.env.wasm.numThreads = 1;
		return ort;
	},
	openSource: directorySource
});
let run: RunSummary;
let info: Awaited<ReturnType<typeof service.load>>;

beforeAll(async () => {
	const source = { kind: 'url' as const, url: 'static/models/gemma3-mini' };
	info = await service.load({ source, name: 'gemma3-mini', device: 'wasm' });
	run = await service.run({ prompt: { kind: 'plain', text: 'one two three one two' } });
});
afterAll(() => service.dispose());

test('the scores of any row, by one pass a layer, are those of the weights', async () => {
	const { queryPreAttnScalar } = info.config.textConfig;
	const masks = toLayerMasks({ ...run, model: info });
	const size = run.tokens.length;
	let error = 0;
	for (const layer of [0, 5, 0]) {
		for (const query of [0, 3, size - 1]) {
			const { dims, data } = await service.products(run.id, { layer, query });
			const [heads] = dims;
			const queries = { start: query, end: query + 1 };
			const expected = await service.attention(run.id, { layer, queries });
			for (let head = 0; head < heads; head++) {
				const open = openCells(masks[layer], head).subarray(query * size, (query + 1) * size);
				const products = data.subarray(head * size, (head + 1) * size);
				softmaxStages(products, open, queryPreAttnScalar).weights.forEach((weight, key) => {
					error = Math.max(error, Math.abs(weight - expected.data[head * size + key]));
				});
			}
		}
	}
	console.log(`stages of the worker against its weights: ${error.toExponential(2)}`);
	expect(error).toBeLessThan(5e-6);
});

test('what each layer added keeps the triangle: no longer than both together, nor shorter than their difference', async () => {
	const { dims, data } = await service.addedLengths(run.id);
	const [, layers, positions] = dims;
	expect(dims).toEqual([2, info.config.textConfig.numHiddenLayers, run.tokens.length]);
	for (let layer = 0; layer < layers - 1; layer++) {
		const before = await service.hiddenState(run.id, { layer });
		const after = await service.hiddenState(run.id, { layer: layer + 1 });
		const width = before.dims[1];
		for (let position = 0; position < positions; position++) {
			let squares = 0;
			for (let i = position * width; i < (position + 1) * width; i++) {
				squares += (after.data[i] - before.data[i]) ** 2;
			}
			const change = Math.sqrt(squares);
			const [attention, mlp] = [0, 1].map(
				(part) => data[(part * layers + layer) * positions + position]
			);
			expect(change).toBeLessThanOrEqual((attention + mlp) * (1 + 1e-4));
			expect(change).toBeGreaterThanOrEqual(Math.abs(attention - mlp) * (1 - 1e-4) - 1e-4);
		}
	}
});

test('a place that is not there is named', async () => {
	await expect(service.products(run.id, { layer: 99, query: 0 })).rejects.toThrow(/invalid layer/);
	await expect(service.products(run.id, { layer: 0, query: 999 })).rejects.toThrow(/invalid query/);
});
