import * as ort from 'onnxruntime-web';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StepRecord } from '../../../src/lib/rpc/generationServices.js';
import { directorySource } from '../../../src/lib/sources/directorySource.js';
import { ModelService } from '../../../workers/inferenceService.js';

const service = new ModelService({
	loadOrt: async () => {
		ort.env.wasm.numThreads = 1;
		return ort;
	},
	openSource: directorySource
});
let runId = 0;
let promptLength = 0;

beforeAll(async () => {
	await service.load({
		source: { kind: 'url', url: 'static/models/gemma3-mini' },
		name: 'gemma3-mini',
		device: 'wasm'
	});
	const prompt = {
		kind: 'chat' as const,
		messages: [{ role: 'user' as const, content: 'What is the capital of France?' }]
	};
	const run = await service.run({ prompt });
	runId = run.id;
	promptLength = run.tokens.length;
});
afterAll(() => service.dispose());

const text = (steps: readonly StepRecord[]) => steps.map(({ token }) => token.text).join('');

test('a generation steps, says what it chose from, and what its token saw', async () => {
	let state = await service.startGeneration({ runId });
	expect(state.tokens.length).toBe(promptLength);
	const [expected] = state.next.candidates;
	const seen: StepRecord[] = [];
	state = await service.stepGeneration({ id: state.id }, (step) => seen.push(step));
	expect(state.steps).toEqual(seen);
	const [step] = state.steps;
	expect(step.token).toMatchObject({ id: expected.id, step: 0, position: promptLength });
	expect(step.distribution!.candidates[0]).toEqual(expected);
	expect(step.probability).toBeCloseTo(expected.probabilities.raw!, 10);

	const reading = await service.readStep({ id: state.id });
	expect(reading.position).toBe(promptLength);
	expect(reading.attentions.length).toBe(12);
	expect(reading.hiddenStates.length).toBe(13);
	const trace = await service.traceGeneration(state.id);
	const queries = { start: promptLength, end: promptLength + 1 };
	for (const layer of [0, 5]) {
		const { data } = await service.attention(trace.id, { layer, queries });
		const row = reading.attentions[layer];
		expect(row.dims).toEqual([4, promptLength + 1]);
		data.forEach((weight, i) => expect(row.data[i]).toBeCloseTo(weight, 5));
	}

	state = await service.stepGeneration({ id: state.id, count: Infinity });
	expect(text(state.steps)).toContain('Paris');
	expect(state.stop).toEqual({ reason: 'stop_token' });
	expect(state.masks.tokenTypeIds.length).toBe(state.tokens.length);
	const length = state.steps.length;
	state = await service.stepGeneration({ id: state.id });
	expect(state.steps.length).toBe(length);
	state = await service.stepGeneration({ id: state.id, ignoreStop: true });
	expect(state.steps.length).toBe(length + 1);
	// The run goes on from there like any other.
	state = await service.stepGeneration({ id: state.id });
	expect(state.steps.length).toBe(length + 2);
	await service.endGeneration(state.id);
	await expect(service.stepGeneration({ id: state.id })).rejects.toThrow(/has ended/);
});

test('another token starts a branch; the first branch comes back with its records', async () => {
	const first = await service.startGeneration({ runId });
	const { id } = first;
	const paris = await service.stepGeneration({ id, count: 5 });
	let state = await service.stepBack({ id, length: 2 });
	const other = state.next.candidates[1];
	const forced: StepRecord[] = [];
	state = await service.forceTokens({ id, tokenIds: [other.id] }, (step) => forced.push(step));
	expect(state.steps.at(-1)).toMatchObject({ forced: true, token: { id: other.id } });
	expect(state.steps.at(-1)!.probability).toBeCloseTo(other.probabilities.minP!, 10);
	state = await service.forceTokens({ id, text: ' and' });
	expect(text(state.steps).endsWith(`${other.text} and`)).toBe(true);

	const tokenIds = paris.steps.map(({ token }) => token.id);
	const { steps, randomState } = paris;
	state = await service.seekGeneration({ id, tokenIds, steps, randomState });
	expect(state.steps).toEqual(paris.steps);
	expect(state.tokens).toEqual(paris.tokens);
	state = await service.seekGeneration({ id, tokenIds: [9, 10] });
	expect(state.steps.map(({ distribution }) => distribution)).toEqual([null, null]);
	await service.endGeneration(id);
});

test('sampler and masks change in mid-run', async () => {
	const first = await service.startGeneration({ runId, seed: 4 });
	const { id } = first;
	let state = await service.setSampling({
		id,
		sampling: { doSample: true, temperature: 2, topK: 30 }
	});
	expect(state.next.kept).toMatchObject({ raw: 1024, temperature: 1024, topK: 30, minP: 30 });
	const [best] = state.next.candidates;
	expect(best.probabilities.temperature!).toBeLessThan(best.probabilities.raw!);
	const a = await service.stepGeneration({ id, count: 8 });
	await service.stepBack({ id, length: 0 });
	const b = await service.stepGeneration({ id, count: 8 });
	expect(text(b.steps)).toBe(text(a.steps));
	await service.setSampling({ id, sampling: {}, seed: 5 });

	const edit = {
		layer: 5,
		queries: { start: 4, end: 1000 },
		keys: { start: 0, end: 3 },
		open: false
	};
	state = await service.setEdits({ id, edits: [edit] });
	expect(state.masks.edits).toEqual([edit]);
	const reading = await service.readStep({ id, layers: [5] });
	for (let head = 0; head < 4; head++) {
		const row = reading.attentions[0].data.subarray(head * (reading.position + 1));
		expect([...row.subarray(0, 3)]).toEqual([0, 0, 0]);
	}
	await service.endGeneration(id);
});

test('stop keeps the steps so far, and the cache says what it holds', async () => {
	const { id } = await service.startGeneration({ runId });
	const controller = new AbortController();
	let count = 0;
	const state = await service.stepGeneration(
		{ id, count: Infinity, ignoreStop: true },
		() => {
			if (++count === 300) controller.abort();
		},
		controller.signal
	);
	expect(state.steps.length).toBe(300);
	const { cache } = state;
	expect(cache.length).toBe(state.tokens.length);
	expect(cache.layers[5].held).toEqual({ start: 0, end: cache.length });
	expect(cache.layers[0].held.start).toBeGreaterThan(0);
	expect(cache.layers[0].held.start).toBeLessThanOrEqual(cache.length - 32);
	expect(cache.byteLength).toBeLessThan(cache.byteLengthIfAllGlobal);
	await service.endGeneration(id);
});

test('a run ends at a limit or a text that was set on its way, and goes on when told to', async () => {
	const { id } = await service.startGeneration({ runId });
	let state = await service.stepGeneration({ id, stopping: { maxNewTokens: 2 }, count: 9 });
	expect(state.steps.length).toBe(2);
	expect(state.stop).toEqual({ reason: 'max_new_tokens' });
	const further = { id, ignoreStop: true, count: 2 };
	state = await service.stepGeneration(further);
	expect(state.steps.length).toBe(4);
	await service.stepBack({ id, length: 0 });
	state = await service.stepGeneration({ id, count: 99, stopping: { stopStrings: ['Par'] } });
	expect(text(state.steps)).toMatch(/Par\w*$/);
	expect(state.stop).toMatchObject({ reason: 'stop_string', stopString: 'Par' });
	const empty = service.stepGeneration({ id, stopping: { stopStrings: [''] } });
	await expect(empty).rejects.toThrow(/empty string/);
	expect((await service.stepBack({ id, length: 1 })).steps.length).toBe(1);
});
