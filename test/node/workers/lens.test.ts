import * as ort from 'onnxruntime-web';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { directorySource } from '../../../src/lib/sources/directorySource.js';
import type { RunSummary } from '../../../src/lib/rpc/services.js';
import { ModelService } from '../../../workers/inferenceService.js';

const service = new ModelService({
	loadOrt: async () => {
		ort.env.wasm.numThreads = 1;
		return ort;
	},
	openSource: directorySource
});
const layers = Array.from({ length: 13 }, (_, layer) => layer);
let run: RunSummary;

beforeAll(async () => {
	await service.load({
		source: { kind: 'url', url: 'static/models/gemma3-mini' },
		name: 'gemma3-mini',
		device: 'wasm'
	});
	const messages = [{ role: 'user' as const, content: 'What is the capital of France?' }];
	run = await service.run({ prompt: { kind: 'chat', messages } });
});
afterAll(() => service.dispose());

test('a grid of the lens is what its cells are one by one', async () => {
	const positions = { start: 3, end: 6 };
	const cells = await service.lens(run.id, { layers: [0, 5, 12], positions, k: 3 });
	expect(cells).toHaveLength(9);
	for (const [i, layer] of [0, 5, 12].entries()) {
		for (let position = 3; position < 6; position++) {
			const scores = await service.topLogits(run.id, { layer, position, k: 3 });
			const cell = cells[i * 3 + position - 3];
			expect(cell.scores.map(({ id }) => id)).toEqual(scores.map(({ id }) => id));
			cell.scores.forEach((score, j) => expect(score.logit).toBeCloseTo(scores[j].logit, 4));
		}
	}
});

test('the lens closes in on the answer: no divergence at the end, rank 0 for the likeliest', async () => {
	const position = run.tokens.length - 1;
	const positions = { start: position, end: position + 1 };
	const [{ id }] = await service.topLogits(run.id, { position, k: 1 });
	const cells = await service.lens(run.id, { layers, positions, k: 1, token: id });
	console.log(
		`KL to the last layer, nats: ${cells.map(({ divergence }) => divergence.toFixed(2)).join(' ')}`
	);
	expect(cells.map(({ divergence }) => divergence).every((value) => value >= 0)).toBe(true);
	expect(cells[12]).toMatchObject({ divergence: 0, rank: 0 });
	expect(cells[0].divergence).toBeGreaterThan(cells[11].divergence);
	expect(cells[0].rank).toBeGreaterThan(0);
});

test('the lens knows how likely the token was that did come', async () => {
	const length = run.tokens.length;
	const positions = { start: 0, end: length };
	const cells = await service.lens(run.id, { layers: [12], positions, k: 200 });
	expect(cells.at(-1)!.nextProbability).toBeNull();
	let compared = 0;
	for (let position = 0; position < length - 1; position++) {
		const next = run.tokens[position + 1].id;
		const score = cells[position].scores.find(({ id }) => id === next);
		if (!score) continue;
		expect(cells[position].nextProbability).toBe(score.probability);
		compared++;
	}
	expect(compared).toBeGreaterThan(3);
});

test('the lens refuses a token and a layer that the model has not, and stops when told', async () => {
	const positions = { start: 0, end: 2 };
	await expect(service.lens(run.id, { layers, positions, k: 1, token: -1 })).rejects.toThrow(
		'invalid token: -1'
	);
	await expect(service.lens(run.id, { layers: [13], positions, k: 1 })).rejects.toThrow('layer');
	await expect(
		service.lens(run.id, { layers, positions, k: 1 }, AbortSignal.abort())
	).rejects.toThrow('abort');
});
