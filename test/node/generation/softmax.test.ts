import { expect, test } from 'vitest';
import { exponential } from '../../../src/lib/generation/exponential.js';
import { probabilities } from '../../../src/lib/generation/softmax.js';

test('the exponential is right to 1e-14 of its value, and in float32', () => {
	let largestError = 0;
	let different = 0;
	const count = 100_000;
	for (let i = 0; i < count; i++) {
		const x = Math.fround((-103 * i) / count);
		const exact = Math.exp(x);
		largestError = Math.max(largestError, Math.abs(exponential(x) / exact - 1));
		if (Math.fround(exponential(x)) !== Math.fround(exact)) different++;
	}
	console.log(`exponential: largest relative error ${largestError}, ${different} float32 differ`);
	expect(largestError).toBeLessThan(1e-14);
	expect(different).toBeLessThanOrEqual(1);
});

test('the exponential has its limits right', () => {
	expect(exponential(0)).toBe(1);
	expect(exponential(-0)).toBe(1);
	expect(Math.fround(exponential(-103.9))).toBe(Math.fround(Math.exp(-103.9)));
	expect(exponential(-104.01)).toBe(0);
	expect(exponential(-1e30)).toBe(0);
	expect(exponential(NaN)).toBeNaN();
});

test('filtered tokens get 0 and the rest shares 1', () => {
	expect([...probabilities(Float32Array.of(0, -Infinity, 0))]).toEqual([0.5, 0, 0.5]);
	expect([...probabilities(Float32Array.of(-Infinity, -5))]).toEqual([0, 1]);
});

test('large logits do not overflow', () => {
	expect([...probabilities(Float32Array.of(3e38, 3e38, -3e38))]).toEqual([0.5, 0.5, 0]);
});

test('a view into a larger buffer is read from its own offset', () => {
	const buffer = Float32Array.of(9, 9, 0, 0);
	expect([...probabilities(buffer.subarray(2))]).toEqual([0.5, 0.5]);
});

test('refuses what has no softmax', () => {
	for (const logits of [[], [-Infinity], [1, Infinity], [NaN]]) {
		expect(() => probabilities(Float32Array.from(logits))).toThrow(RangeError);
	}
	expect(() => probabilities(Float32Array.of(1, NaN))).toThrow('NaN');
});
