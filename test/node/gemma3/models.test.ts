import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Gemma3ForCausalLM } from '../../../src/lib/gemma3/causalLanguageModel.js';
import { crossEntropy } from '../../../src/lib/gemma3/loss.js';
import { parseGemma3Config } from '../../../src/lib/gemma3/parseConfiguration.js';
import type { Tensor } from '../../../src/lib/tensor/tensor.js';
import { largestError } from '../../support/largestError.js';
import { createNodeRuntime } from '../../support/nodeRuntime.js';

const json = JSON.parse(readFileSync('test/fixtures/goldens/text-options/config.json', 'utf8'));
const config = parseGemma3Config(json);
const ids = [2, 17, 301, 45, 9, 88, 140, 7, 33, 250, 411, 64, 5, 19];
/** Of max(1, largest value): another order of additions, nothing else. */
const TOLERANCE = 2e-6;

let model: Gemma3ForCausalLM;
beforeAll(async () => {
	model = await Gemma3ForCausalLM.fromConfig(config, { runtime: createNodeRuntime(), seed: 3 });
});
afterAll(() => model.dispose());

function row({ dims, data }: Tensor, batch: number, position: number): Float32Array {
	const [, positions, width] = dims;
	const start = (batch * positions + position) * width;
	return data.slice(start, start + width);
}

test('random weights repeat by their seed', async () => {
	const options = { runtime: createNodeRuntime() };
	const same = await Gemma3ForCausalLM.fromConfig(config, { ...options, seed: 3 });
	const other = await Gemma3ForCausalLM.fromConfig(config, { ...options, seed: 4 });
	const [a, b, c] = await Promise.all(
		[model, same, other].map((one) => one.forward({ inputIds: [ids], logitsToKeep: 1 }))
	);
	expect(b.logits.data).toEqual(a.logits.data);
	expect(c.logits.data).not.toEqual(a.logits.data);
	await same.dispose();
	await other.dispose();
});

test('a cache gives the same logits and attention rows as one pass, in pieces of any size', async () => {
	const whole = await model.forward({ inputIds: [ids], outputAttentions: true });
	let error = 0;
	for (const sizes of [[14], [13, 1], [5, 9], [1, 1, 1, 11], ids.map(() => 1)]) {
		let cache;
		let start = 0;
		for (const size of sizes) {
			const piece = ids.slice(start, start + size);
			const output = await model.forward({
				inputIds: [piece],
				pastKeyValues: cache,
				useCache: true,
				outputAttentions: true
			});
			cache = output.pastKeyValues!;
			for (let i = 0; i < size; i++) {
				const at = start + i;
				error = Math.max(error, largestError(row(output.logits, 0, i), row(whole.logits, 0, at)));
				const [, heads, , keys] = output.attentions![2].dims;
				expect([heads, keys]).toEqual([4, start + size]);
				const part = output.attentions![2].data.slice(i * keys, i * keys + at + 1);
				const expected = whole.attentions![2].data.slice(at * 14, at * 14 + at + 1);
				error = Math.max(error, largestError(part, expected));
			}
			start += size;
		}
		expect(cache!.length).toBe(14);
		cache!.dispose();
	}
	console.log(`cache against one pass: largest error ${error.toExponential(2)}`);
	expect(error).toBeLessThan(TOLERANCE);
});

test('a cache grows beyond its first capacity and can be cropped', async () => {
	const long = Array.from({ length: 150 }, (_, i) => (i * 37) % config.textConfig.vocabSize);
	const whole = await model.forward({ inputIds: [long] });
	const options = { useCache: true, logitsToKeep: 1 };
	const first = await model.forward({ inputIds: [long.slice(0, 60)], ...options });
	const cache = first.pastKeyValues!;
	await model.forward({ inputIds: [[1, 2, 3]], pastKeyValues: cache });
	cache.crop(60);
	expect(cache.capacity).toBe(64);
	const rest = await model.forward({
		inputIds: [long.slice(60)],
		pastKeyValues: cache,
		...options
	});
	expect(cache.capacity).toBe(256);
	expect(() => cache.crop(151)).toThrow('invalid cache length: 151');
	const error = largestError(row(rest.logits, 0, 0), row(whole.logits, 0, 149));
	console.log(`grown cache: largest error ${error.toExponential(2)}`);
	expect(error).toBeLessThan(TOLERANCE);
});

test('left padding in a batch changes nothing for the tokens that are real', async () => {
	const short = ids.slice(0, 9);
	const padded = [...Array<number>(5).fill(0), ...short];
	const mask = [ids.map(() => 1), padded.map((_, i) => (i < 5 ? 0 : 1))];
	const batch = await model.forward({ inputIds: [ids, padded], attentionMask: mask });
	const full = await model.forward({ inputIds: [ids] });
	const alone = await model.forward({ inputIds: [short] });
	let error = 0;
	for (let i = 0; i < ids.length; i++) {
		error = Math.max(error, largestError(row(batch.logits, 0, i), row(full.logits, 0, i)));
		if (i < 5) continue;
		error = Math.max(error, largestError(row(batch.logits, 1, i), row(alone.logits, 0, i - 5)));
	}
	console.log(`left-padded batch: largest error ${error.toExponential(2)}`);
	expect(error).toBeLessThan(TOLERANCE);
});

test('a left-padded batch generates what each prompt generates alone', async () => {
	const short = ids.slice(0, 9);
	const collect = async (inputIds: number[][], attentionMask?: number[][]) => {
		const rows: number[][] = inputIds.map(() => []);
		const input = { inputIds, attentionMask, maxNewTokens: 8, eosTokenId: [] };
		for await (const { tokenIds } of model.generate(input)) {
			tokenIds.forEach((id, i) => rows[i].push(id));
		}
		return rows;
	};
	const padded = [...Array<number>(5).fill(0), ...short];
	const mask = [ids.map(() => 1), padded.map((_, i) => (i < 5 ? 0 : 1))];
	const together = await collect([ids, padded], mask);
	expect(together).toEqual([...(await collect([ids])), ...(await collect([short]))]);
});

test('logitsToKeep takes the last so many positions, or the ones named', async () => {
	const all = (await model.forward({ inputIds: [ids] })).logits;
	const last = (await model.forward({ inputIds: [ids], logitsToKeep: 2 })).logits;
	const named = (await model.forward({ inputIds: [ids], logitsToKeep: [4, 0] })).logits;
	expect(last.dims).toEqual([1, 2, 512]);
	expect(row(last, 0, 1)).toEqual(row(all, 0, 13));
	expect(row(named, 0, 0)).toEqual(row(all, 0, 4));
	expect(row(named, 0, 1)).toEqual(row(all, 0, 0));
	await expect(model.forward({ inputIds: [ids], logitsToKeep: [14] })).rejects.toThrow(
		'invalid logitsToKeep: 14 of 14 positions'
	);
});

test('labels give the mean cross entropy of the next tokens, -100 left out', async () => {
	const labels = ids.map((id, i) => (i % 3 === 0 ? -100 : id));
	const { loss, logits } = await model.forward({ inputIds: [ids], labels: [labels] });
	const losses = labels
		.slice(1)
		.flatMap((label, i) => (label === -100 ? [] : [crossEntropy(row(logits, 0, i), label)]));
	expect(loss).toBeCloseTo(losses.reduce((a, b) => a + b) / losses.length, 10);
	const none = await model.forward({ inputIds: [ids], labels: [ids.map(() => -100)] });
	expect(none.loss).toBeNaN();
	await expect(model.forward({ inputIds: [ids], labels: [ids.map(() => 600)] })).rejects.toThrow(
		'invalid label: 600 of 512'
	);
});

test('embeddings in place of ids give the same numbers', async () => {
	const byIds = await model.forward({ inputIds: [ids], outputHiddenStates: true });
	const byEmbeds = await model.forward({ inputsEmbeds: byIds.hiddenStates![0] });
	expect(byEmbeds.logits.data).toEqual(byIds.logits.data);
	expect(byIds.hiddenStates!.length).toBe(7);
	expect(byIds.hiddenStates![6]).toBe(byIds.lastHiddenState);
});

test('inputs that do not fit are refused by name', async () => {
	const refuse = (input: Parameters<typeof model.forward>[0], message: string) =>
		expect(model.forward(input)).rejects.toThrow(message);
	await refuse({}, 'give exactly one of inputIds and inputsEmbeds');
	await refuse({ inputIds: [[]] }, 'the prompt is empty');
	await refuse({ inputIds: [[512]] }, 'token 512 at position 0 has no row among 512');
	await refuse({ inputIds: [[1, 2], [3]] }, 'inputIds must be equally long, got 2 and 1');
	await refuse({ inputIds: [[1, 2]], attentionMask: [[1]] }, 'attentionMask must be 1 rows of 2');
	await refuse({ inputIds: [[1, 2]], positionIds: [[0], [1]] }, 'positionIds must be 1 rows of 2');
	await refuse({ inputIds: [[1, 2]], labels: [[1]] }, 'labels must be 1 rows of 2');
	await refuse({ inputIds: [Array(513).fill(1)] }, '513 tokens do not fit the context of 512');
});
