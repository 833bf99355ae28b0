import * as ort from 'onnxruntime-web';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { GenerationStep, Progress } from '../../../src/lib/rpc/services.js';
import { directorySource } from '../../../src/lib/sources/directorySource.js';
import { ModelService } from '../../../workers/inferenceService.js';

const MINI = 'static/models/gemma3-mini';

function createService() {
	return new ModelService({
		loadOrt: async () => {
			ort.env.wasm.numThreads = 1;
			return ort;
		},
		openSource: directorySource
	});
}

const service = createService();
const question = (content: string) => ({
	prompt: { kind: 'chat' as const, messages: [{ role: 'user' as const, content }] }
});

beforeAll(async () => {
	await service.load({ source: { kind: 'url', url: MINI }, name: 'gemma3-mini', device: 'wasm' });
});
afterAll(() => service.dispose());

test('answers a question the embedded model has learned', async () => {
	const run = await service.run(question('What is the capital of France?'));
	const steps: GenerationStep[] = [];
	const { run: longer, finishReason } = await service.generate(
		{ runId: run.id, maxNewTokens: 20 },
		(step) => steps.push(step)
	);
	expect(steps.map(({ token }) => token.text).join('')).toContain('Paris');
	expect(finishReason).toBe('stop_token');
	expect(longer.tokens.slice(0, run.tokens.length)).toEqual(run.tokens);
	expect(longer.tokens.slice(run.tokens.length)).toEqual(steps.map(({ token }) => token));
	expect(longer.tokens.at(-1)!.step).toBe(steps.length - 1);
});

test('weights in 8 and 4 bits answer too, and the model says how it keeps them', async () => {
	for (const dtype of ['q8', 'q4'] as const) {
		const small = createService();
		const load = {
			source: { kind: 'url', url: MINI },
			name: 'gemma3-mini',
			device: 'wasm',
			dtype
		} as const;
		const info = await small.load(load);
		expect(info.dtype).toBe(dtype);
		expect(info.weightBytes).toBeLessThan(15e6);
		const run = await small.run(question('What is the capital of France?'));
		const texts: string[] = [];
		await small.generate({ runId: run.id, maxNewTokens: 20 }, ({ token }) => {
			texts.push(token.text);
		});
		expect(texts.join('')).toContain('Paris');
		await small.dispose();
	}
});

test('what a step chose is the likeliest token of the run that follows', async () => {
	const run = await service.run(question('What is 14 + 28?'));
	const { run: longer } = await service.generate({ runId: run.id, maxNewTokens: 5 });
	for (let position = run.tokens.length - 1; position < longer.tokens.length - 1; position++) {
		const [best] = await service.topLogits(longer.id, { position, k: 1 });
		expect(best.id).toBe(longer.tokens[position + 1].id);
	}
});

test('reads any part of an attention map, and its rows sum to one', async () => {
	const run = await service.run(question('Repeat: l s i k r'));
	const { numHiddenLayers, numAttentionHeads } = { numHiddenLayers: 12, numAttentionHeads: 4 };
	const length = run.tokens.length;
	for (let layer = 0; layer < numHiddenLayers; layer++) {
		const whole = await service.attention(run.id, { layer });
		expect(whole.dims).toEqual([numAttentionHeads, length, length]);
		for (let row = 0; row < numAttentionHeads * length; row++) {
			const sum = whole.data.subarray(row * length, (row + 1) * length).reduce((a, b) => a + b);
			expect(sum).toBeCloseTo(1, 5);
		}
		const queries = { start: 3, end: 5 };
		const keys = { start: 1, end: 4 };
		const part = await service.attention(run.id, { layer, head: 2, queries, keys });
		expect(part.dims).toEqual([1, 2, 3]);
		for (let q = 0; q < 2; q++) {
			for (let k = 0; k < 3; k++) {
				expect(part.data[q * 3 + k]).toBe(whole.data[(2 * length + q + 3) * length + k + 1]);
			}
		}
	}
});

test('a closed cell of an edited mask gets no weight, and others share it', async () => {
	const prompt = question('Repeat: l s i k r').prompt;
	const edits = [
		{ layer: 5, head: 1, queries: { start: 6, end: 7 }, keys: { start: 0, end: 3 }, open: false }
	];
	const run = await service.run({ prompt, edits });
	const edited = await service.attention(run.id, { layer: 5, queries: { start: 6, end: 7 } });
	const [, , length] = edited.dims;
	const row = (head: number) => [...edited.data.subarray(head * length, (head + 1) * length)];
	expect(row(1).slice(0, 3)).toEqual([0, 0, 0]);
	expect(row(1).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
	expect(row(0)[0]).toBeGreaterThan(0);
});

test('the lens of the last layer is the model itself', async () => {
	const run = await service.run(question('What is the capital of Italy?'));
	const position = run.tokens.length - 1;
	const model = await service.topLogits(run.id, { position, k: 5 });
	const lens = await service.topLogits(run.id, { position, k: 5, layer: 12 });
	expect(lens).toEqual(model);
	const early = await service.topLogits(run.id, { position, k: 5, layer: 1 });
	expect(early).not.toEqual(model);
	const state = await service.hiddenState(run.id, { layer: 0 });
	expect(state.dims).toEqual([run.tokens.length, 192]);
});

test('two runs at once both come out right', async () => {
	const prompts = ['What is the capital of France?', 'What is 14 + 28?'];
	const alone = [];
	for (const prompt of prompts) {
		const run = await service.run(question(prompt));
		alone.push((await service.attention(run.id, { layer: 3 })).data);
	}
	const together = await Promise.all(
		prompts.map(async (prompt) => {
			const run = await service.run(question(prompt));
			return (await service.attention(run.id, { layer: 3 })).data;
		})
	);
	expect(together).toEqual(alone);
});

test('stop keeps what was generated so far', async () => {
	const run = await service.run({ prompt: { kind: 'plain', text: 'Plants create energy' } });
	const controller = new AbortController();
	let steps = 0;
	const { run: longer, finishReason } = await service.generate(
		{ runId: run.id, maxNewTokens: 100 },
		() => {
			if (++steps === 3) controller.abort();
		},
		controller.signal
	);
	expect(finishReason).toBe('stopped');
	expect(longer.tokens.length).toBe(run.tokens.length + 3);
});

test('an aborted run throws AbortError and the next one works', async () => {
	const prompt = question('What is 14 + 28?');
	await expect(service.run(prompt, AbortSignal.abort())).rejects.toThrow(
		expect.objectContaining({ name: 'AbortError' })
	);
	expect((await service.run(prompt)).tokens.length).toBeGreaterThan(10);
});

test('an aborted load throws AbortError and the loaded model stays', async () => {
	const controller = new AbortController();
	const seen: Progress['phase'][] = [];
	const load = service.load(
		{ source: { kind: 'url', url: MINI }, name: 'again', device: 'wasm' },
		({ phase }) => {
			seen.push(phase);
			controller.abort();
		},
		controller.signal
	);
	await expect(load).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
	expect(seen[0]).toBe('device');
	expect((await service.run(question('What is 1 + 1?'))).tokens.length).toBeGreaterThan(10);
});

test('a failed load says what is wrong and the loaded model stays', async () => {
	await expect(
		service.load({ source: { kind: 'url', url: 'static' }, name: 'nothing', device: 'wasm' })
	).rejects.toThrow(/config\.json/);
	expect((await service.run(question('What is 1 + 1?'))).tokens.length).toBeGreaterThan(10);
});

test('a prompt longer than the context is refused with both numbers', async () => {
	const long = { prompt: { kind: 'plain' as const, text: 'word '.repeat(2000) } };
	await expect(service.run(long)).rejects.toThrow(/1024/);
});

test('generation ends where the context is full', async () => {
	const run = await service.run({ prompt: { kind: 'plain', text: 'a '.repeat(1010) } });
	expect(run.tokens.length).toBeGreaterThan(1000);
	const { run: longer, finishReason } = await service.generate({
		runId: run.id,
		maxNewTokens: 1024
	});
	expect(['context_full', 'stop_token']).toContain(finishReason);
	expect(longer.tokens.length).toBeLessThanOrEqual(1024);
});

test('a released run and a service without a model say so', async () => {
	const run = await service.run(question('What is 1 + 1?'));
	await service.release(run.id);
	expect(() => service.attention(run.id, { layer: 0 })).toThrow(/released/);
	await expect(createService().run(question('Hello'))).rejects.toThrow(/load one first/);
});
