import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { pillowAxisWeights, torchAxisWeights } from '../../../src/lib/images/axisWeights.js';
import { resamplingName, type Resampling } from '../../../src/lib/images/resampleFilters.js';
import { resizeRgb } from '../../../src/lib/images/resize.js';
import { noise } from '../../support/noise.js';

interface Case {
	width: number;
	height: number;
	to: [number, number];
	resample: Resampling;
	sha256: string;
}

const cases = JSON.parse(
	readFileSync(new URL('../../fixtures/images/resample.json', import.meta.url), 'utf8')
) as Case[];

const noisy = (width: number, height: number) => ({
	width,
	height,
	data: noise(width * height * 3, width)
});

describe('resizeRgb', () => {
	for (const resample of [0, 1, 2, 3, 4, 5] as const) {
		test(`equals Pillow byte for byte with ${resamplingName(resample)}`, () => {
			const chosen = cases.filter((item) => item.resample === resample);
			expect(chosen.length).toBeGreaterThan(10);
			for (const { width, height, to, sha256 } of chosen) {
				const { data } = resizeRgb(noisy(width, height), to[0], to[1], resample);
				const hash = createHash('sha256').update(data).digest('hex');
				expect(hash, `${width} × ${height} to ${to.join(' × ')}`).toBe(sha256);
			}
		});
	}

	test('gives the same bytes back at the same size, with every filter', () => {
		const image = noisy(33, 21);
		for (const resample of [0, 1, 2, 3, 4, 5] as const) {
			expect(resizeRgb(image, 33, 21, resample).data).toEqual(image.data);
		}
	});

	test('keeps one colour one colour, with every filter, larger and smaller', () => {
		const data = Uint8Array.from({ length: 37 * 11 * 3 }, (_, index) => [255, 0, 131][index % 3]);
		for (const resample of [0, 1, 2, 3, 4, 5] as const) {
			for (const [width, height] of [
				[80, 90],
				[5, 4],
				[100, 2]
			]) {
				const resized = resizeRgb({ width: 37, height: 11, data }, width, height, resample);
				expect(resized.data.every((value, index) => value === data[index % 3])).toBe(true);
			}
		}
	});

	test('refuses a size that is not positive and a filter that Pillow does not have', () => {
		expect(() => resizeRgb(noisy(2, 2), 0, 2)).toThrow('invalid size: 0 × 2');
		expect(() => resizeRgb(noisy(2, 2), 2, 2, 6 as Resampling)).toThrow('invalid resample: 6');
	});
});

describe('axis weights', () => {
	test('never step back, stay within the source and add up to one', () => {
		for (const [inputSize, outputSize] of [
			[896, 896],
			[600, 896],
			[2000, 896],
			[1, 56],
			[5000, 56],
			[57, 56]
		]) {
			const filters = [0, 1, 2, 3, 4, 5] as const;
			for (const axis of [
				...filters.map((resample) => pillowAxisWeights(inputSize, outputSize, resample)),
				torchAxisWeights(inputSize, outputSize)
			]) {
				let sumError = 0;
				for (let index = 0; index < outputSize; index++) {
					const start = axis.starts[index];
					if (index > 0) expect(start).toBeGreaterThanOrEqual(axis.starts[index - 1]);
					expect(start).toBeGreaterThanOrEqual(0);
					expect(start + axis.counts[index]).toBeLessThanOrEqual(inputSize);
					const first = index * axis.stride;
					const taps = axis.weights.subarray(first, first + axis.counts[index]);
					const sum = taps.reduce((total, weight) => total + weight, 0);
					sumError = Math.max(sumError, Math.abs(sum - 2 ** axis.precisionBits) / taps.length);
				}
				expect(sumError).toBeLessThanOrEqual(0.5);
			}
		}
	});

	test('fit an int16 in the arithmetic of torch, with one bit to spare nowhere', () => {
		for (const [inputSize, outputSize] of [
			[600, 896],
			[2000, 896],
			[5000, 56]
		]) {
			const { weights } = torchAxisWeights(inputSize, outputSize);
			const largest = weights.reduce((a, b) => Math.max(a, b), 0);
			expect(largest).toBeLessThan(2 ** 15);
			expect(largest).toBeGreaterThanOrEqual(2 ** 14 - 1);
		}
	});
});
