import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MaskEdit } from '../../../src/lib/gemma3/attentionMask.js';
import { Gemma3ForCausalLM } from '../../../src/lib/gemma3/causalLanguageModel.js';
import type { GenerateInput } from '../../../src/lib/gemma3/generationOptions.js';
import { GenerationSession } from '../../../src/lib/gemma3/generationSession.js';
import { clipMaskEdits } from '../../../src/lib/gemma3/maskEdits.js';
import { parseGemma3Config } from '../../../src/lib/gemma3/parseConfiguration.js';
import type { Tensor } from '../../../src/lib/tensor/tensor.js';
import { largestError } from '../../support/largestError.js';
import { createNodeRuntime } from '../../support/nodeRuntime.js';

const json = JSON.parse(readFileSync('test/fixtures/goldens/text/config.json', 'utf8'));
/** Window 8, two global layers among twelve. */
const config = parseGemma3Config(json);
const prompt = Array.from({ length: 40 }, (_, i) => 10 + ((i * 37) % 400));
/** Of max(1, largest value): another order of additions, nothing else. */
const TOLERANCE = 3e-6;
const sampled = { doSample: true, temperature: 1.5, topK: 40, topP: 0.95, seed: 11 };

let model: Gemma3ForCausalLM;
beforeAll(async () => {
	model = await Gemma3ForCausalLM.fromConfig(config, { runtime: createNodeRuntime(), seed: 5 });
});
afterAll(() => model.dispose());

function start(options: Partial<GenerateInput> = {}) {
	const input = { inputIds: [prompt], eosTokenId: [], chunkSize: 8, ...options };
	return GenerationSession.create(model, input);
}

async function take(session: GenerationSession, count: number): Promise<number[]> {
	const ids: number[] = [];
	for (let i = 0; i < count; i++) ids.push((await session.step()).tokenIds[0]);
	return ids;
}

/** Logits of the next token by one pass over everything. */
async function uncached(ids: readonly number[], edits?: readonly MaskEdit[]): Promise<Tensor> {
	return (await model.forward({ inputIds: [ids], edits, logitsToKeep: 1 })).logits;
}

async function errorOf(session: GenerationSession, edits?: readonly MaskEdit[]): Promise<number> {
	const expected = await uncached(session.sequence.ids[0], edits);
	return largestError((await session.next()).logits.data, expected.data);
}

test('a seed repeats a run, and steps taken back are taken again', async () => {
	const session = await start(sampled);
	const ids = await take(session, 20);
	const other = await start(sampled);
	expect(await take(other, 20)).toEqual(ids);
	expect(new Set(ids).size).toBeGreaterThan(5);

	const { randomState } = session;
	await session.stepBack(13);
	expect(session.length).toBe(13);
	expect(await take(session, 7)).toEqual(ids.slice(13));
	expect(session.randomState).toEqual(randomState);
	await session.stepBack();
	expect(await take(session, 1)).toEqual(ids.slice(19));
	await expect(session.stepBack(21)).rejects.toThrow('cannot go back to 21 of 20 generated tokens');

	const third = await start({ ...sampled, seed: 12 });
	expect(await take(third, 20)).not.toEqual(ids);
	for (const one of [session, other, third]) one.dispose();
});

test('after every step the next logits are those of one pass without a cache', async () => {
	let error = 0;
	for (const options of [{ ring: false }, {}, { chunkSize: 3 }, { chunkSize: 64 }]) {
		const session = await start(options);
		for (let i = 0; i < 12; i++) {
			await session.step();
			error = Math.max(error, await errorOf(session));
		}
		const held = session.sequence.cache.held('sliding_attention');
		expect(held.start > 0).toBe(options.ring !== false && (options.chunkSize ?? 8) < 64);
		session.dispose();
	}
	console.log(`session against one pass: largest error ${error.toExponential(2)}`);
	expect(error).toBeLessThan(TOLERANCE);
});

test('going back further than the ring reaches runs the prompt again', async () => {
	const session = await start(sampled);
	const ids = await take(session, 60);
	const { cache } = session.sequence;
	expect(cache.canCrop(prompt.length + 2)).toBe(false);
	await session.stepBack(2);
	expect(await errorOf(session)).toBeLessThan(TOLERANCE);
	expect(await take(session, 10)).toEqual(ids.slice(2, 12));
	session.dispose();
});

test('a forced token starts a branch, and the first branch can be taken up again', async () => {
	const session = await start();
	const first = await take(session, 10);
	const { randomState } = session;
	await session.stepBack(4);
	const forced = await session.force([77]);
	expect(forced).toMatchObject({ step: 4, tokenIds: [77], forced: true });
	const second = [77, ...(await take(session, 5))];
	expect(await errorOf(session)).toBeLessThan(TOLERANCE);
	await expect(session.force([512])).rejects.toThrow('token 512 is not in the vocabulary of 512');

	await session.seek(
		first.map((id) => [id]),
		randomState
	);
	expect(session.length).toBe(10);
	expect(session.sequence.ids[0]).toEqual([...prompt, ...first]);
	expect(await errorOf(session)).toBeLessThan(TOLERANCE);
	await session.seek([...first.slice(0, 4), ...second].map((id) => [id]));
	expect(await errorOf(session)).toBeLessThan(TOLERANCE);
	session.dispose();
});

test('an edit in mid-run is as if it had been there from the start', async () => {
	const edits: MaskEdit[][] = [
		// Of the newest queries and all that come.
		[{ layer: 5, queries: { start: 43, end: 500 }, keys: { start: 0, end: 20 }, open: false }],
		// Of one head, long past.
		[
			{
				layer: 2,
				head: 1,
				queries: { start: 12, end: 14 },
				keys: { start: 6, end: 13 },
				open: false
			}
		],
		// Beyond the window of a local layer, which a ring does not hold.
		[{ layer: 3, queries: { start: 20, end: 60 }, keys: { start: 0, end: 5 }, open: true }],
		// A query of the prompt that sees what comes behind it, over the border of a chunk.
		[{ layer: 0, queries: { start: 6, end: 7 }, keys: { start: 7, end: 19 }, open: true }],
		[]
	];
	let error = 0;
	const session = await start();
	for (const [i, change] of edits.entries()) {
		await take(session, 5);
		await session.setEdits(change);
		const clipped = clipMaskEdits(change, session.sequence.length);
		error = Math.max(error, await errorOf(session, clipped));
		expect(session.sequence.cache.isRing).toBe(i !== 2);
		if (i < 4) {
			const plain = await uncached(session.sequence.ids[0]);
			const changed = largestError((await session.next()).logits.data, plain.data);
			expect(changed).toBeGreaterThan(100 * TOLERANCE);
		}
	}
	console.log(`edits in mid-run: largest error ${error.toExponential(2)}`);
	expect(error).toBeLessThan(TOLERANCE);
	const wrong = {
		layer: 12,
		queries: { start: 0, end: 1 },
		keys: { start: 0, end: 1 },
		open: true
	};
	await expect(session.setEdits([wrong])).rejects.toThrow('the model has layers 0 to 11');
	session.dispose();
});

test('settings change in mid-run, for the same logits', async () => {
	const session = await start();
	await session.step();
	const before = await session.next();
	expect(before.stages().stages[5].kept).toBe(512);
	await session.setSampling({ doSample: true, topK: 3, temperature: 0.5 });
	const after = await session.next();
	expect(after.logits).toBe(before.logits);
	expect(after.stages().stages.map(({ kept }) => kept)).toEqual([512, 512, 512, 3, 3, 3]);
	await expect(session.setSampling({ temperature: 0 })).rejects.toThrow('temperature must be');
	expect(session.sampling.temperature).toBe(0.5);
	session.dispose();
});

test('the reading of the newest token is its row of one pass, with or without reading on', async () => {
	let error = 0;
	const session = await start({ chunkSize: 16 });
	for (let i = 0; i < 6; i++) {
		const reading = await session.read();
		const ids = session.sequence.ids[0];
		const whole = await model.forward({
			inputIds: [ids],
			outputAttentions: true,
			outputHiddenStates: true
		});
		expect(reading.position).toBe(ids.length - 1);
		for (let layer = 0; layer < 12; layer++) {
			const row = await reading.attention(layer);
			expect(row.dims).toEqual([1, 4, 1, ids.length]);
			const { data, dims } = whole.attentions![layer];
			for (let head = 0; head < 4; head++) {
				const end = (head + 1) * dims[2] * dims[3];
				const expected = data.subarray(end - dims[3], end);
				const actual = row.data.subarray(head * ids.length, (head + 1) * ids.length);
				error = Math.max(error, largestError(actual, expected));
			}
		}
		for (let layer = 0; layer <= 12; layer++) {
			const state = await reading.hiddenState(layer);
			expect(state.dims).toEqual([1, 1, 64]);
			const expected = whole.hiddenStates![layer].data.slice(-64);
			error = Math.max(error, largestError(state.data, expected));
		}
		await session.step();
	}
	console.log(`readings against one pass: largest error ${error.toExponential(2)}`);
	expect(error).toBeLessThan(TOLERANCE);
	session.dispose();
});

test('inputs and settings that do not fit are refused before anything runs', async () => {
	await expect(start({ topP: 2 })).rejects.toThrow('topP must be');
	await expect(start({ attentionMask: [[1]] })).rejects.toThrow(
		'attentionMask must be 1 rows of 40'
	);
	await expect(start({ stopStrings: ['x'] })).rejects.toThrow('stopStrings need decode');
	const full = Array.from({ length: 512 }, () => 9);
	const session = await start({ inputIds: [full], chunkSize: 256 });
	await expect(session.step()).rejects.toThrow('the context of 512 tokens is full');
	session.dispose();
});

test('a step counts what the model took, though the page had asked what comes next before', async () => {
	const session = await start();
	const begin = performance.now();
	await session.next();
	const asked = performance.now() - begin;
	expect((await session.step()).milliseconds).toBeGreaterThan(asked / 2);
	session.dispose();
});
