import { expect, test } from 'vitest';
import { createTensor } from '../../../src/lib/tensor/tensor.js';
import {
	combineMatrices,
	rollout,
	rolloutRow,
	toMaximumMatrix
} from '../../../src/lib/views/aggregateAttention.js';
import { toWeightMatrix, type WeightMatrix } from '../../../src/lib/views/attentionPicture.js';
import { normalizeRows, withoutKeys } from '../../../src/lib/views/attentionSink.js';
import { attentionReceived } from '../../../src/lib/views/attentionReceived.js';
import { keyValueGroups } from '../../../src/lib/views/keyValueGroups.js';
import { readGoldenTrace } from '../../support/goldenTrace.js';

const square = (...weights: number[]) => {
	const side = Math.sqrt(weights.length);
	return { queries: side, keys: side, weights: Float32Array.from(weights) };
};
const golden = readGoldenTrace('multimodal');
const layers = golden.config.textConfig.layerTypes.map((_, layer) =>
	toWeightMatrix(golden.attention(layer), 'mean')
);
const sums = ({ weights, queries, keys }: WeightMatrix) =>
	Array.from({ length: queries }, (_, q) =>
		weights.subarray(q * keys, (q + 1) * keys).reduce((a, b) => a + b)
	);

test('takes the largest weight of any head', () => {
	const data = Float32Array.from([1, 0, 0.2, 0.8, 1, 0, 0.6, 0.4]);
	const attention = createTensor('float32', [2, 2, 2], data);
	expect(Array.from(toMaximumMatrix(attention).weights)).toEqual(
		Array.from(Float32Array.from([1, 0, 0.6, 0.8]))
	);
});

test('combines layers by mean and maximum', () => {
	const a = square(1, 0, 0.25, 0.75);
	const b = square(1, 0, 0.75, 0.25);
	expect(Array.from(combineMatrices([a, b], 'mean').weights)).toEqual([1, 0, 0.5, 0.5]);
	expect(Array.from(combineMatrices([a, b], 'maximum').weights)).toEqual([1, 0, 0.75, 0.75]);
	expect(() => combineMatrices([], 'mean')).toThrow('no matrices');
	expect(() => combineMatrices([a, square(1)], 'mean')).toThrow('1 × 1');
});

test('rollout multiplies the layers mixed with the residual, by hand', () => {
	// A' = ½ I + ½ A: [[1, 0], [½, ½]] for A = [[1, 0], [1, 0]].
	const toFirst = square(1, 0, 1, 0);
	expect(Array.from(rollout([toFirst]).weights)).toEqual([1, 0, 0.5, 0.5]);
	expect(Array.from(rollout([toFirst, toFirst]).weights)).toEqual([1, 0, 0.75, 0.25]);
	expect(Array.from(rollout([toFirst], 1).weights)).toEqual([1, 0, 0, 1]);
	expect(Array.from(rollout([toFirst], 0).weights)).toEqual([1, 0, 1, 0]);
});

test('rollout applies the first layer first', () => {
	// Layer 0 moves 0 into 1, layer 1 moves 1 into 2: so 0 reaches 2. The other way round it does not.
	const into1 = square(1, 0, 0, 1, 0, 0, 0, 0, 1);
	const into2 = square(1, 0, 0, 0, 1, 0, 0, 1, 0);
	expect(rollout([into1, into2]).weights[6]).toBe(0.25);
	expect(rollout([into2, into1]).weights[6]).toBe(0);
});

test('rows of a rollout of the reference sum to one, and one row alone is the same', () => {
	const whole = rollout(layers);
	for (const sum of sums(whole)) expect(sum).toBeCloseTo(1, 5);
	let error = 0;
	for (let query = 0; query < whole.queries; query++) {
		rolloutRow(layers, query).forEach((weight, key) => {
			error = Math.max(error, Math.abs(weight - whole.weights[query * whole.keys + key]));
		});
	}
	console.log(`rollout, row against whole: ${error}`);
	expect(error).toBeLessThan(1e-7);
});

test('rollout refuses what it cannot multiply', () => {
	expect(() => rollout([])).toThrow('no layers');
	expect(() => rollout([square(1)], 1.5)).toThrow('invalid residual: 1.5');
	expect(() => rollout([square(1), square(1, 0, 0, 1)])).toThrow('do not fit');
});

test('hides the sink and shares the rest anew', () => {
	const hidden = withoutKeys(square(1, 0, 0, 0.5, 0.5, 0, 0.5, 0.25, 0.25), [0]);
	expect(Array.from(hidden.weights)).toEqual([0, 0, 0, 0, 1, 0, 0, 0.5, 0.5]);
});

test('hiding the sink of the reference leaves rows that sum to one, but the first', () => {
	for (const [query, sum] of sums(withoutKeys(layers[5], [0])).entries()) {
		expect(sum).toBeCloseTo(query === 0 ? 0 : 1, 5);
	}
	expect(layers[5].weights[golden.tokens.length]).toBeGreaterThan(0); // the trace is untouched
});

test('normalises the rows of a maximum', () => {
	for (const sum of sums(normalizeRows(toMaximumMatrix(golden.attention(5))))) {
		expect(sum).toBeCloseTo(1, 5);
	}
});

test('says which heads share a key-value head', () => {
	expect(keyValueGroups(8, 4).map(({ heads }) => heads)).toEqual([
		[0, 1],
		[2, 3],
		[4, 5],
		[6, 7]
	]);
	expect(keyValueGroups(4, 1)).toEqual([{ keyValueHead: 0, heads: [0, 1, 2, 3] }]);
	expect(() => keyValueGroups(5, 2)).toThrow('5 heads cannot share 2');
});

test('attention received is a mean over the queries that can look', () => {
	const received = attentionReceived(square(1, 0, 0, 0.5, 0.5, 0, 0.25, 0.25, 0.5));
	expect(Array.from(received)).toEqual([1.75 / 3, 0.375, 0.5].map((x) => expect.closeTo(x, 6)));
});
