import { expect, test } from 'vitest';
import { heatOpacity, rasterizeHeatmap } from '../../../src/lib/views/heatmapRaster.js';
import { createHeatmap, type Heatmap } from '../../../src/lib/views/imageHeatmap.js';
import { wideImages } from '../../support/traceImages.js';

/** Weights that are all different and sum to 1. */
function weights(length: number): Float32Array {
	const sum = (length * (length + 1)) / 2;
	return Float32Array.from({ length }, (_, i) => (i + 1) / sum);
}

test('apart, every soft token is a cell with its own weight', () => {
	const images = wideImages(2, 4);
	const row = weights(60);
	const whole = createHeatmap(images, 0, row, 'whole');
	expect(whole.cells.map(({ weight }) => weight)).toEqual([...row.subarray(3, 19)]);
	const crops = createHeatmap(images, 0, row, 'crops');
	expect(crops.cells.map(({ weight }) => weight)).toEqual([...row.subarray(19, 51)]);
	expect(crops.largest).toBe(row[50]);
	expect(whole.total + crops.total).toBeCloseTo(
		row.subarray(3, 51).reduce((a, b) => a + b),
		6
	);
});

test('merged, the map covers the picture once and holds all the attention', () => {
	for (const [crops, gridSize] of [
		[2, 4],
		[3, 4],
		[4, 16]
	]) {
		const images = wideImages(crops, gridSize);
		const row = weights(images.at(-1)!.tokens.end + 1);
		const merged = createHeatmap(images, 0, row, 'merged');
		const area = merged.cells.reduce((sum, { width, height }) => sum + width * height, 0);
		expect(area).toBeCloseTo(400 * 100, 4);
		const unit = (400 * 100) / gridSize ** 2;
		const mass = merged.cells.reduce(
			(sum, { width, height, weight }) => sum + (weight * width * height) / unit,
			0
		);
		expect(mass).toBeCloseTo(merged.total, 5);
	}
});

test('merged, a cell adds what both squares give to its area', () => {
	const images = wideImages(4, 4);
	const row = new Float32Array(100);
	row[images[0].tokens.start] = 0.2; // upper left of the whole picture: 100 × 25 pixels
	row[images[1].tokens.start] = 0.1; // upper left of crop 1: 25 × 25 pixels, a quarter of that
	const { cells } = createHeatmap(images, 0, row, 'merged');
	const at = (x: number, y: number) =>
		cells.find(
			(cell) => cell.x <= x && x < cell.x + cell.width && cell.y <= y && y < cell.y + cell.height
		)!;
	expect(at(10, 10).weight).toBeCloseTo(0.2 + 4 * 0.1, 6);
	expect(at(10, 10).key).toBe(images[1].tokens.start);
	expect(at(50, 10).weight).toBeCloseTo(0.2, 6);
	expect(at(150, 10).weight).toBe(0);
});

test('without crops merged is the whole picture, and a key beyond the row counts as nothing', () => {
	const images = wideImages(0, 4);
	const row = weights(10);
	expect(createHeatmap(images, 0, row, 'merged')).toEqual(createHeatmap(images, 0, row, 'whole'));
	expect(createHeatmap(images, 0, row, 'whole').cells[15].weight).toBe(0);
	expect(createHeatmap(images, 1, row, 'merged').cells).toEqual([]);
});

test('the raster paints each cell with its weight as opacity, without gaps', () => {
	const images = wideImages(0, 2);
	const row = new Float32Array(8);
	row.set([0.1, 0.2, 0, 0.4], 3);
	const map: Heatmap = createHeatmap(images, 0, row, 'whole');
	const raster = rasterizeHeatmap(
		map,
		{ width: 400, height: 100 },
		{ width: 7, height: 5 },
		0.4,
		'#102030'
	);
	const at = (x: number, y: number) => [
		...raster.data.subarray((y * 7 + x) * 4, (y * 7 + x) * 4 + 4)
	];
	expect(at(0, 0)).toEqual([0x10, 0x20, 0x30, Math.round(255 * heatOpacity(0.1, 0.4))]);
	expect(at(6, 4)[3]).toBe(Math.round(255 * heatOpacity(0.4, 0.4)));
	expect(at(0, 4)[3]).toBe(0);
	const alphas = new Set(Array.from({ length: 35 }, (_, i) => raster.data[i * 4 + 3]));
	expect(alphas.size).toBe(4);
});

test('an all-zero map stays transparent', () => {
	expect(heatOpacity(0, 0)).toBe(0);
	expect(heatOpacity(5, 1)).toBe(heatOpacity(1, 1));
});
