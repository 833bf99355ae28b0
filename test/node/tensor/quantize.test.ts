import { expect, test } from 'vitest';
import { readRow, toTensor } from '../../../src/lib/tensor/dequantize.js';
import {
	createPackedMatrix,
	isQuantized,
	weightByteLength,
	type QuantizedMatrix
} from '../../../src/lib/tensor/packedMatrix.js';
import { packMatrix, packRows } from '../../../src/lib/tensor/quantize.js';
import { createNormal } from '../../../src/lib/tensor/random.js';
import { createTensor } from '../../../src/lib/tensor/tensor.js';

const kinds = [
	['q4', false],
	['q4', true],
	['q8', false],
	['q8', true]
] as const;

function matrix(rows: number, columns: number, value: (i: number) => number) {
	const data = Float32Array.from({ length: rows * columns }, (_, i) => value(i));
	return createTensor('float32', [rows, columns], data);
}

function squaredError(a: ArrayLike<number>, b: ArrayLike<number>): number {
	return Array.from(a).reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);
}

/** The least squared error of rounding a block to `scale · (-half … half - 1)`, over many scales. */
function leastError(values: Float32Array, half: number): number {
	const largest = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
	let least = Infinity;
	for (let step = -4000; step <= 4000; step++) {
		const scale = (step / 4000) * (largest / (half - 2));
		if (step === 0) continue;
		const error = values.reduce((sum, value) => {
			const code = Math.min(half - 1, Math.max(-half, Math.round(value / scale)));
			return sum + (value - code * scale) ** 2;
		}, 0);
		least = Math.min(least, error);
	}
	return least;
}

test('values that codes hold exactly come back exactly', () => {
	for (const [dtype, zeroPoints] of kinds) {
		const half = dtype === 'q4' ? 8 : 128;
		// Both ends of the range are taken, so that the scale is known.
		const ends = new Map([
			[5, -half],
			[6, half - 1]
		]);
		const codes = matrix(3, 64, (i) => ends.get(i % 32) ?? ((i * 7) % (2 * half)) - half);
		const scaled = matrix(3, 64, (i) => codes.data[i] * 0.25);
		const packed = packMatrix(scaled, dtype, { zeroPoints });
		expect(toTensor(packed).data).toEqual(scaled.data);
	}
});

test('codes of 4 bits lie in pairs, the first in the lower half of a byte', () => {
	const packed = packMatrix(
		matrix(1, 32, (i) => (i === 0 ? -8 : i === 1 ? 7 : 0)),
		'q4'
	) as QuantizedMatrix;
	expect([...packed.data.subarray(0, 2)]).toEqual([0xf0, 0x88]);
	expect([...packed.scales]).toEqual([1]);
});

test('a block of zeros stays one, and the padding of a short row is no value', () => {
	for (const [dtype, zeroPoints] of kinds) {
		const values = matrix(2, 40, (i) => (i < 40 ? 0 : i / 10));
		const packed = packMatrix(values, dtype, { zeroPoints }) as QuantizedMatrix;
		expect(packed.scales.length).toBe(4);
		expect([...packed.scales.subarray(0, 2)]).toEqual([0, 0]);
		const { data } = toTensor(packed);
		expect(data.subarray(0, 40).every((value) => value === 0)).toBe(true);
		expect(data.length).toBe(80);
	}
});

test('the scale is as good as the best of thousands, within a few percent', () => {
	const normal = createNormal(5);
	const values = matrix(200, 32, normal);
	for (const dtype of ['q4', 'q8'] as const) {
		const { data } = toTensor(packMatrix(values, dtype));
		let [mine, best, plain] = [0, 0, 0];
		for (let block = 0; block < 200; block++) {
			const original = values.data.subarray(block * 32, block * 32 + 32);
			mine += squaredError(original, data.subarray(block * 32, block * 32 + 32));
			best += leastError(original, dtype === 'q4' ? 8 : 128);
			const largest = original.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
			const scale = largest / (dtype === 'q4' ? 7 : 127);
			plain += squaredError(
				original,
				original.map((value) => Math.round(value / scale) * scale)
			);
		}
		console.log(
			`${dtype}: squared error ${(mine / best).toFixed(3)} of the best, ${(mine / plain).toFixed(3)} of the plain scale's`
		);
		expect(mine / best).toBeLessThan(dtype === 'q4' ? 1.02 : 1.1);
		expect(mine / plain).toBeLessThan(dtype === 'q4' ? 0.85 : 1);
	}
});

test('no value is further off than its block is coarse', () => {
	const normal = createNormal(6);
	const values = matrix(64, 96, normal);
	for (const [dtype, zeroPoints] of kinds) {
		const packed = packMatrix(values, dtype, { zeroPoints }) as QuantizedMatrix;
		const { data } = toTensor(packed);
		// The outermost codes take what lies up to another code beyond them.
		const limit = dtype === 'q4' ? 2.2 : 1.6;
		data.forEach((value, i) => {
			const scale = Math.abs(packed.scales[Math.floor(i / 32)]);
			expect(Math.abs(value - values.data[i])).toBeLessThanOrEqual(limit * scale);
		});
	}
});

test('zero points help where values lie on one side of zero', () => {
	const values = matrix(16, 64, (i) => 3 + Math.sin(i));
	const error = (zeroPoints: boolean) =>
		squaredError(values.data, toTensor(packMatrix(values, 'q4', { zeroPoints })).data);
	expect(error(true)).toBeLessThan(error(false));
});

test('rows that arrive in parts are packed as the whole is', () => {
	const values = matrix(7, 100, createNormal(7));
	for (const [dtype, zeroPoints] of [...kinds, ['fp16', false] as const]) {
		const whole = packMatrix(values, dtype, { zeroPoints });
		const parts = createPackedMatrix(dtype, [7, 100], { zeroPoints });
		packRows(values.data.subarray(0, 300), parts, 0);
		packRows(values.data.subarray(300), parts, 3);
		expect(parts).toEqual(whole);
		const row = new Float32Array(102);
		readRow(whole, 4, row, 1, 2);
		const expected = toTensor(whole).data.slice(400, 500);
		expect(row.subarray(1, 101)).toEqual(expected.map((value) => value * 2));
		expect([row[0], row[101]]).toEqual([0, 0]);
	}
});

test('sizes are those of the layout', () => {
	const packed = (dtype: 'fp16' | 'q8' | 'q4', zeroPoints = false) =>
		weightByteLength(createPackedMatrix(dtype, [10, 100], { zeroPoints }));
	expect(packed('fp16')).toBe(2000);
	expect(packed('q8')).toBe(10 * 4 * (32 + 4));
	expect(packed('q4')).toBe(10 * 4 * (16 + 4));
	expect(packed('q4', true)).toBe(10 * (4 * (16 + 4) + 2));
	expect(isQuantized(createPackedMatrix('fp16', [1, 1]))).toBe(false);
});

test('what is no number, or too large for float16, is refused', () => {
	for (const value of [NaN, Infinity]) {
		for (const [dtype, zeroPoints] of kinds) {
			const wrong = matrix(1, 32, (i) => (i === 9 ? value : 1));
			expect(() => packMatrix(wrong, dtype, { zeroPoints })).toThrow(
				`a weight is ${value}, expected finite numbers`
			);
		}
	}
	expect(() =>
		packMatrix(
			matrix(1, 1, () => 65520),
			'fp16'
		)
	).toThrow('a weight is 65520, beyond float16; use another dtype');
});
