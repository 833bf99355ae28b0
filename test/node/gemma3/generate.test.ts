import { afterAll, beforeAll, expect, test } from 'vitest';
import { Gemma3ForConditionalGeneration } from '../../../src/lib/gemma3/conditionalGeneration.js';
import type { GenerateInput } from '../../../src/lib/gemma3/generationOptions.js';
import { loadProcessor } from '../../../src/lib/gemma3/loadProcessor.js';
import type { Gemma3Processor } from '../../../src/lib/gemma3/processing.js';
import { directorySource } from '../../../src/lib/sources/directorySource.js';
import { createNodeRuntime } from '../../support/nodeRuntime.js';

const source = directorySource('static/models/gemma3-mini');

let model: Gemma3ForConditionalGeneration;
let processor: Gemma3Processor;
beforeAll(async () => {
	model = await Gemma3ForConditionalGeneration.fromPretrained(source, {
		runtime: createNodeRuntime()
	});
	processor = await loadProcessor(source, model.config);
});
afterAll(() => model.dispose());

function encode(text: string): number[] {
	return [2, ...processor.tokenizer.encode(text)];
}

async function collect(options: GenerateInput) {
	const steps = [];
	for await (const step of model.generate(options)) steps.push(step);
	return { steps, ids: steps.map(({ tokenIds }) => tokenIds[0]) };
}

test('200 tokens with the cache are the 200 of passes without one', async () => {
	const prompt = encode('Plants create energy through a process known as');
	const { ids } = await collect({ inputIds: [prompt], maxNewTokens: 200, eosTokenId: [] });
	expect(ids.length).toBe(200);
	const all = [...prompt, ...ids];
	const { logits } = await model.forward({ inputIds: [all.slice(0, -1)] });
	const [, positions, width] = logits.dims;
	const likeliest = Array.from({ length: positions }, (_, position) => {
		const row = logits.data.subarray(position * width, (position + 1) * width);
		return row.indexOf(row.reduce((a, b) => Math.max(a, b)));
	});
	expect(likeliest.slice(prompt.length - 1)).toEqual(ids);
	// The causal mask makes one pass over all the same as a pass a token; a few show it.
	for (const length of [prompt.length, prompt.length + 57, all.length - 1]) {
		const one = await model.forward({ inputIds: [all.slice(0, length)], logitsToKeep: 1 });
		const best = one.logits.data.reduce((a, b) => Math.max(a, b));
		expect(one.logits.data.indexOf(best)).toBe(all[length]);
	}
});

test('generation stops at a stop token, a stop string, a limit or a criterion, and says why', async () => {
	const inputIds = [
		encode('<start_of_turn>user\nWhat is 14 + 28?<end_of_turn>\n<start_of_turn>model\n')
	];
	const { tokenizer } = processor;
	const whole = await collect({ inputIds });
	expect(tokenizer.decode(whole.ids)).toContain('42');
	expect(whole.steps.at(-1)!.stops).toEqual([{ reason: 'stop_token' }]);
	expect(whole.steps.slice(0, -1).every(({ stops }) => stops[0] === null)).toBe(true);

	const short = await collect({ inputIds, stopStrings: ['4'], tokenizer });
	expect(short.steps.at(-1)!.stops[0]).toMatchObject({ reason: 'stop_string', stopString: '4' });
	expect(short.ids.length).toBeLessThan(whole.ids.length);

	const two = await collect({ inputIds, maxNewTokens: 2 });
	expect(two.steps.map(({ stops }) => stops[0])).toEqual([null, { reason: 'max_new_tokens' }]);

	const criterion = (ids: readonly number[], promptLength: number) =>
		ids.length - promptLength === 3 ? { reason: 'max_new_tokens' as const } : null;
	expect((await collect({ inputIds, stoppingCriteria: [criterion] })).ids.length).toBe(3);
});

test('a step carries its stages and its token can be read without slowing the next step', async () => {
	const inputIds = [encode('The sun')];
	const settings = { doSample: true, topK: 20, topP: 0.9, temperature: 0.8, seed: 3 };
	const input = { inputIds, maxNewTokens: 5, eosTokenId: [], ...settings };
	const plain = await collect(input);
	const ids: number[] = [];
	for await (const step of model.generate(input)) {
		const { stages } = step.distribution.stages();
		expect(stages.map(({ name }) => name)).toEqual([
			'raw',
			'repetitionPenalty',
			'temperature',
			'topK',
			'topP',
			'minP'
		]);
		expect(stages[3].kept).toBe(20);
		expect(stages[5].logits[step.tokenIds[0]]).toBeGreaterThan(-Infinity);
		expect(step.milliseconds).toBeGreaterThan(0);
		const reading = await step.read();
		expect(reading.position).toBe(inputIds[0].length + step.step);
		const row = await reading.attention(5);
		const sums = [0, 1, 2, 3].map((head) =>
			row.data.subarray(head * row.dims[3], (head + 1) * row.dims[3]).reduce((a, b) => a + b)
		);
		for (const sum of sums) expect(sum).toBeCloseTo(1, 5);
		ids.push(...step.tokenIds);
	}
	expect(ids).toEqual(plain.ids);
});

test('an abort is answered within one token and keeps the steps so far', async () => {
	const controller = new AbortController();
	const steps: number[] = [];
	const run = async () => {
		const input = { inputIds: [encode('The moon')], eosTokenId: [], signal: controller.signal };
		for await (const { step } of model.generate(input)) {
			steps.push(step);
			// From the event loop, as a message from the page would.
			if (step === 4) setTimeout(() => controller.abort());
		}
	};
	await expect(run()).rejects.toMatchObject({ name: 'AbortError' });
	expect(steps.length).toBeGreaterThanOrEqual(5);
	expect(steps.length).toBeLessThanOrEqual(7);
});

test('defaults are the checkpoint’s generation_config.json', () => {
	expect(model.generationConfig).toMatchObject({ doSample: false, eosTokenId: [1, 5], topK: 50 });
});
