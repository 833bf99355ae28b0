import { expect, test } from 'vitest';
import { klDivergence, logSumExp, rankOf } from '../../../src/lib/generation/logitDivergence.js';

test('KL of two coins, by hand', () => {
	const p = [Math.log(0.75), Math.log(0.25)];
	const q = [Math.log(0.5), Math.log(0.5)];
	expect(klDivergence(p, q)).toBeCloseTo(0.75 * Math.log(1.5) + 0.25 * Math.log(0.5), 12);
	expect(klDivergence(q, p)).toBeCloseTo(0.5 * Math.log(2 / 3) + 0.5 * Math.log(2), 12);
});

test('KL with itself is 0, and adding a constant to logits changes nothing', () => {
	const logits = Float32Array.from([3, -2, 0.5, 11]);
	expect(klDivergence(logits, logits)).toBe(0);
	const p = Float32Array.from([1, 2, 3, 4]);
	const shifted = logits.map((value) => value + 64);
	expect(klDivergence(p, shifted)).toBeCloseTo(klDivergence(p, logits), 12);
});

test('a token that cannot come costs nothing in p and everything in q', () => {
	expect(klDivergence([0, -Infinity], [0, 0])).toBeCloseTo(Math.log(2), 12);
	expect(klDivergence([0, 0], [0, -Infinity])).toBe(Infinity);
	expect(() => klDivergence([1], [1, 2])).toThrow('1 and 2 logits');
});

test('sums exponentials without overflow', () => {
	expect(logSumExp([1000, 1000])).toBeCloseTo(1000 + Math.log(2), 9);
	expect(logSumExp([-Infinity])).toBe(-Infinity);
});

test('ranks count from 0, equal logits by id', () => {
	const logits = [1, 5, 5, 0];
	expect([0, 1, 2, 3].map((id) => rankOf(id, logits))).toEqual([2, 0, 1, 3]);
});
