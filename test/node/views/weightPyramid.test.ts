import { expect, test } from 'vitest';
import { createWeightLookup, toColors } from '../../../src/lib/views/weightPixels.js';
import { drawWeights, WeightPyramid } from '../../../src/lib/views/weightPyramid.js';

const ramp = Uint32Array.from({ length: 256 }, (_, i) => i);
const lookup = createWeightLookup('linear', ramp);

const square = (size: number, weightAt: (row: number, column: number) => number) => ({
	queries: size,
	keys: size,
	weights: Float32Array.from({ length: size * size }, (_, i) =>
		weightAt(Math.floor(i / size), i % size)
	)
});

function draw(pyramid: WeightPyramid, side: number, viewport = { row: 0, column: 0, cell: 0 }) {
	const pixels = new Uint32Array(side * side).fill(77777);
	const cell = viewport.cell || side / pyramid.size;
	drawWeights(pyramid, { viewport: { ...viewport, cell }, pixelRatio: 1, lookup }, pixels, side);
	return Array.from({ length: side }, (_, row) =>
		Array.from(pixels.subarray(row * side, (row + 1) * side))
	);
}

test('a cell of a level is the largest weight of the four cells below it', () => {
	const matrix = square(3, (row, column) => (row * 3 + column) / 10);
	expect(Array.from(new WeightPyramid(matrix).level(1).weights)).toEqual(
		Array.from(Float32Array.of(0.4, 0.5, 0.7, 0.8))
	);
	expect(new WeightPyramid(matrix).level(2)).toMatchObject({ size: 1 });
});

test('what the mask closes counts as nothing, near and far', () => {
	const matrix = square(4, () => 0.5);
	const open = Uint8Array.from({ length: 16 }, (_, i) => (i % 4 <= i / 4 ? 1 : 0));
	const pyramid = new WeightPyramid(matrix, open);
	expect(Array.from(pyramid.level(1).weights)).toEqual([0.5, 0, 0.5, 0.5]);
	const [colour] = toColors(Float32Array.of(0.5), lookup);
	expect(draw(pyramid, 4)[0]).toEqual([colour, 0, 0, 0]);
});

test('a diagonal one cell wide stays unbroken when many cells share a pixel', () => {
	const pyramid = new WeightPyramid(square(1000, (row, column) => (row === column ? 1 : 0)));
	for (const side of [64, 300, 640, 999]) {
		const rows = draw(pyramid, side);
		expect(rows.map((row, i) => row[i])).toEqual(Array(side).fill(255));
	}
});

test('every pixel is the largest weight of the cells under it', () => {
	const size = 37;
	const matrix = square(size, (row, column) => ((row * 7919 + column * 104729) % 101) / 100);
	const side = 21;
	const rows = draw(new WeightPyramid(matrix), side);
	for (let y = 0; y < side; y++) {
		for (let x = 0; x < side; x++) {
			let largest = 0;
			for (let row = Math.floor((y * size) / side); row < ((y + 1) * size) / side; row++) {
				for (let column = Math.floor((x * size) / side); column < ((x + 1) * size) / side; column++)
					largest = Math.max(largest, matrix.weights[row * size + column]);
			}
			expect(rows[y][x]).toBe(toColors(Float32Array.of(largest), lookup)[0]);
		}
	}
});

test('near cells are squares of one colour, and beyond the matrix lies paper', () => {
	const matrix = square(2, (row, column) => (row === 1 && column === 0 ? 1 : 0));
	const rows = draw(new WeightPyramid(matrix), 6, { row: 0, column: 0, cell: 2 });
	expect(rows).toEqual([
		[0, 0, 0, 0, 0, 0],
		[0, 0, 0, 0, 0, 0],
		[255, 255, 0, 0, 0, 0],
		[255, 255, 0, 0, 0, 0],
		[0, 0, 0, 0, 0, 0],
		[0, 0, 0, 0, 0, 0]
	]);
	const moved = draw(new WeightPyramid(matrix), 2, { row: 1, column: 0, cell: 2 });
	expect(moved).toEqual([
		[255, 255],
		[255, 255]
	]);
});

test('a matrix that is not square is refused', () => {
	expect(() => new WeightPyramid({ queries: 1, keys: 2, weights: new Float32Array(2) })).toThrow(
		'a matrix of 1 × 2 is not square'
	);
});
