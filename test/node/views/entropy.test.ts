import { expect, test } from 'vitest';
import { entropyBits } from '../../../src/lib/views/entropy.js';

test('n keys alike have log2(n) bits, one key has none', () => {
	expect(entropyBits(Float32Array.of(0.25, 0.25, 0.25, 0.25))).toBe(2);
	expect(entropyBits(Float32Array.of(0, 1, 0))).toBe(0);
});

test('is the sum over Math.log to 1e-12, whatever the weights', () => {
	for (let round = 0; round < 50; round++) {
		const weights = Float32Array.from({ length: 300 }, (_, i) => Math.exp(-((i * round) % 83)));
		const sum = weights.reduce((a, b) => a + b, 0);
		for (let i = 0; i < weights.length; i++) weights[i] /= sum;
		let nats = 0;
		for (const weight of weights) if (weight > 0) nats -= weight * Math.log(weight);
		expect(Math.abs(entropyBits(weights) - nats / Math.LN2)).toBeLessThan(1e-12);
	}
});

test('zeros of either sign and subnormal weights count as nothing; a view into a longer array reads its own', () => {
	const all = Float32Array.of(0.7, -0, 0, 1e-42, 0.5, 0.5);
	expect(entropyBits(all.subarray(1))).toBe(1);
});
