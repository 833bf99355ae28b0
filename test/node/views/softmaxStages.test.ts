import { expect, test } from 'vitest';
import { relativeScores, softmaxStages } from '../../../src/lib/views/softmaxStages.js';
import { readGoldenTrace } from '../../support/goldenTrace.js';

test('score, scale, mask and softmax of one row, by hand', () => {
	const stages = softmaxStages([8, 4, 100], [1, 1, 0], 16);
	expect(Array.from(stages.scaled)).toEqual([2, 1, 25]);
	expect(Array.from(stages.masked)).toEqual([2, 1, -Infinity]);
	expect(stages.largest).toBe(2);
	expect(stages.sum).toBeCloseTo(1 + Math.exp(-1), 12);
	expect(stages.weights[0]).toBeCloseTo(1 / (1 + Math.exp(-1)), 12);
	expect(stages.weights[2]).toBe(0);
});

test('a row without an open key is refused', () => {
	expect(() => softmaxStages([1, 2], [0, 0], 16)).toThrow('sees no key');
});

test('weights give back the differences of the scores', () => {
	const products = [3, -8, 5.5, 0];
	const { weights, masked } = softmaxStages(products, [1, 1, 1, 1], 4);
	const scores = relativeScores(weights);
	expect(scores[2]).toBe(0);
	for (const key of [0, 1, 3]) {
		expect(scores[key] - scores[2]).toBeCloseTo(masked[key] - masked[2], 12);
	}
});

test('softmax of the relative scores of the reference is its weights', () => {
	const golden = readGoldenTrace('text');
	const { data, dims } = golden.attention(5);
	let error = 0;
	for (let row = 0; row < dims[0] * dims[1]; row++) {
		const weights = data.subarray(row * dims[2], (row + 1) * dims[2]);
		const open = Array.from(weights, (weight) => (weight > 0 ? 1 : 0));
		const again = softmaxStages(relativeScores(weights), open, 1).weights;
		again.forEach((weight, key) => (error = Math.max(error, Math.abs(weight - weights[key]))));
	}
	console.log(`weights → scores → weights: ${error}`);
	expect(error).toBeLessThan(1.5e-7);
});
