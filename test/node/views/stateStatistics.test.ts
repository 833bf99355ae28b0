import { expect, test } from 'vitest';
import { createNormal } from '../../../src/lib/tensor/random.js';
import { createTensor } from '../../../src/lib/tensor/tensor.js';
import { eigenSymmetric, principalComponents } from '../../../src/lib/views/principalComponents.js';
import {
	cosineSimilarity,
	rowNorms,
	stackPosition
} from '../../../src/lib/views/stateStatistics.js';
import { readGoldenTrace } from '../../support/goldenTrace.js';

const golden = readGoldenTrace('text');
const matrix = (rows: number, ...data: number[]) =>
	createTensor('float32', [rows, data.length / rows], Float32Array.from(data));
const path = stackPosition(
	Array.from({ length: 13 }, (_, layer) => golden.hiddenState(layer)),
	7
);

test('norms are Euclidean lengths', () => {
	expect(Array.from(rowNorms(matrix(2, 3, 4, 0, 0)))).toEqual([5, 0]);
});

test('cosines: parallel 1, opposite -1, a zero row 0', () => {
	const cosines = cosineSimilarity(matrix(4, 1, 2, 2, 4, -1, -2, 0, 0));
	expect(Array.from(cosines.subarray(0, 4)).map((value) => Number(value.toFixed(6)))).toEqual([
		1, 1, -1, 0
	]);
	expect(cosines[3 * 4 + 3]).toBe(1);
});

test('stacks one position of every layer', () => {
	expect(path.dims).toEqual([13, 64]);
	const layer5 = golden.hiddenState(5).data.subarray(7 * 64, 8 * 64);
	expect(path.data.subarray(5 * 64, 6 * 64)).toEqual(layer5);
});

test('eigenvalues of a known matrix, and orthonormal vectors that rebuild a random one', () => {
	const { values } = eigenSymmetric(Float64Array.from([2, 1, 1, 2]), 2);
	expect([...values].sort((a, b) => a - b)).toEqual([1, 3].map((x) => expect.closeTo(x, 12)));

	const size = 30;
	const normal = createNormal(4);
	const symmetric = new Float64Array(size * size);
	for (let i = 0; i < size; i++) {
		for (let j = 0; j <= i; j++) symmetric[i * size + j] = symmetric[j * size + i] = normal();
	}
	const eigen = eigenSymmetric(symmetric, size);
	let rebuilt = 0;
	let orthonormal = 0;
	for (let i = 0; i < size; i++) {
		for (let j = 0; j < size; j++) {
			let sum = 0;
			let dot = 0;
			for (let k = 0; k < size; k++) {
				const product = eigen.vectors[i * size + k] * eigen.vectors[j * size + k];
				sum += product * eigen.values[k];
				dot += product;
			}
			rebuilt = Math.max(rebuilt, Math.abs(sum - symmetric[i * size + j]));
			orthonormal = Math.max(orthonormal, Math.abs(dot - (i === j ? 1 : 0)));
		}
	}
	console.log(`30 × 30 eigenvectors: rebuilt to ${rebuilt}, orthonormal to ${orthonormal}`);
	expect(rebuilt).toBeLessThan(1e-12);
	expect(orthonormal).toBeLessThan(1e-12);
});

test('points on a line have one component, with the largest on the positive side', () => {
	const { coordinates, explained } = principalComponents(matrix(3, 0, 0, 3, 4, 9, 12));
	expect(explained[0]).toBeCloseTo(1, 12);
	// Centre (4, 16/3): distances along the line -20/3, -5/3, 25/3.
	expect(coordinates[0]).toBeCloseTo(-20 / 3, 9);
	expect(coordinates[2]).toBeCloseTo(-5 / 3, 9);
	expect(coordinates[4]).toBeCloseTo(25 / 3, 9);
});

test('the sign does not hang on the sign of the data', () => {
	const flip = createTensor(
		'float32',
		path.dims,
		path.data.map((value) => -value)
	);
	const { coordinates } = principalComponents(flip);
	for (const component of [0, 1]) {
		const values = Array.from({ length: 13 }, (_, row) => coordinates[row * 2 + component]);
		const largest = values.reduce((a, b) => (Math.abs(b) > Math.abs(a) + 1e-9 ? b : a));
		expect(largest).toBeGreaterThan(0);
	}
});

test('with all components, distances between layers are those of the states', () => {
	const { coordinates, explained } = principalComponents(path, 13);
	expect(explained.reduce((a, b) => a + b)).toBeCloseTo(1, 10);
	expect([...explained].sort((a, b) => b - a)).toEqual(explained);
	let error = 0;
	const square = (value: number) => value * value;
	for (let a = 0; a < 13; a++) {
		for (let b = 0; b < a; b++) {
			let projected = 0;
			let direct = 0;
			for (let i = 0; i < 13; i++) {
				projected += square(coordinates[a * 13 + i] - coordinates[b * 13 + i]);
			}
			for (let i = 0; i < 64; i++) direct += square(path.data[a * 64 + i] - path.data[b * 64 + i]);
			error = Math.max(error, Math.abs(projected / direct - 1));
		}
	}
	console.log(`distances kept to ${error}`);
	expect(error).toBeLessThan(1e-9);
});

test('equal rows have no direction', () => {
	const { coordinates, explained } = principalComponents(matrix(2, 1, 2, 1, 2));
	expect(explained).toEqual([0, 0]);
	expect(Array.from(coordinates)).toEqual([0, 0, 0, 0]);
});
