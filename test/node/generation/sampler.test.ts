import { expect, test } from 'vitest';
import { processLogits } from '../../../src/lib/generation/logitsProcess.js';
import { createRandom } from '../../../src/lib/generation/random.js';
import { greedy, sample } from '../../../src/lib/generation/sampler.js';
import { probabilities } from '../../../src/lib/generation/softmax.js';
import { createNormal } from '../../../src/lib/tensor/random.js';

const always = (value: number) => ({ next: () => value });
const almostOne = 1 - 2 ** -53;

test('takes the first token whose running sum exceeds the number', () => {
	const quarters = [0.25, 0.25, 0.5];
	const draws = [0, 0.2499, 0.25, 0.4999, 0.5, almostOne].map((u) => sample(quarters, always(u)));
	expect(draws).toEqual([0, 0, 1, 1, 2, 2]);
});

test('never takes a token of probability 0', () => {
	const sparse = [0, 0, 0.5, 0, 0.5, 0];
	expect(sample(sparse, always(0))).toBe(2);
	expect(sample(sparse, always(0.5))).toBe(4);
	expect(sample(sparse, always(almostOne))).toBe(4);
	expect(sample([0, 1e-45, 0], always(almostOne))).toBe(1);
});

test('probabilities need not sum to 1', () => {
	expect(sample([2, 2], always(0.49))).toBe(0);
	expect(sample([2, 2], always(0.51))).toBe(1);
});

test('takes one number a draw, and a replay draws the same tokens', () => {
	const normal = createNormal(3);
	const masses = probabilities(Float32Array.from({ length: 1000 }, () => normal() * 2));
	const random = createRandom(9);
	for (let i = 0; i < 10; i++) sample(masses, random);
	const state = random.state;
	const tokens = Array.from({ length: 100 }, () => sample(masses, random));
	random.restore(state);
	expect(Array.from({ length: 100 }, () => sample(masses, random))).toEqual(tokens);
	expect(new Set(tokens).size).toBeGreaterThan(20);
	const counted = createRandom(9);
	for (let i = 0; i < 10; i++) counted.next();
	expect(counted.state).toEqual(state);
});

test('100,000 draws are spread as their probabilities say', () => {
	const normal = createNormal(4);
	const logits = Float32Array.from({ length: 60 }, () => normal() * 2);
	const masses = probabilities(
		processLogits(logits, { temperature: 0.9, topK: 40, topP: 0.98 }).logits
	);
	const draws = 100_000;
	const random = createRandom(2024);
	const counts = new Float64Array(masses.length);
	for (let i = 0; i < draws; i++) counts[sample(masses, random)]++;
	const chiSquare = (expected: Float32Array) =>
		expected.reduce(
			(sum, mass, id) =>
				mass === 0 ? sum : sum + (counts[id] - draws * mass) ** 2 / (draws * mass),
			0
		);
	const freedom = masses.filter((mass) => mass > 0).length - 1;
	// Four standard deviations of the chi-square distribution above its mean.
	const bound = freedom + 4 * Math.sqrt(2 * freedom);
	console.log(`chi-square ${chiSquare(masses).toFixed(1)}, bound ${bound.toFixed(1)}`);
	expect(masses.every((mass, id) => mass > 0 || counts[id] === 0)).toBe(true);
	expect(Math.min(...masses.filter((mass) => mass > 0)) * draws).toBeGreaterThan(5);
	expect(chiSquare(masses)).toBeLessThan(bound);
	const wrong = probabilities(
		processLogits(logits, { temperature: 0.95, topK: 40, topP: 0.98 }).logits
	);
	expect(chiSquare(wrong)).toBeGreaterThan(bound);
});

test('greedy takes the first of the largest', () => {
	expect(greedy([1, 3, 2, 3])).toBe(1);
	expect(greedy([-Infinity, -5])).toBe(1);
	expect(greedy([-Infinity, -Infinity])).toBe(0);
	expect(greedy(Float32Array.of(4))).toBe(0);
});

test('refuses what cannot be drawn from', () => {
	expect(() => sample([0, 0], always(0))).toThrow('none of 2 probabilities is above 0');
	expect(() => sample([], always(0))).toThrow('none of 0');
	expect(() => sample([0.5, -0.1], always(0))).toThrow('token 1 is -0.1');
	expect(() => sample([NaN], always(0))).toThrow('token 0 is NaN');
	expect(() => sample([1, Infinity], always(0))).toThrow('token 1 is Infinity');
	expect(() => greedy([])).toThrow('at least one logit');
	expect(() => greedy([1, NaN])).toThrow('token 1 is NaN');
});
