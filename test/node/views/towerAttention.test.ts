import { expect, test } from 'vitest';
import { createTensor } from '../../../src/lib/tensor/tensor.js';
import {
	createPatchGrid,
	gridCell,
	gridIndexAt,
	patchesOf,
	towerHeatmap
} from '../../../src/lib/views/towerAttention.js';
import { toSoftTokenTable } from '../../../src/lib/views/imageTables.js';
import { wideImages } from '../../support/traceImages.js';

const box = { x: 100, y: 50, width: 64, height: 32 };

test('64 patches pool to 16 soft tokens, four neighbours each', () => {
	const grid = createPatchGrid(112, 14, 4);
	expect(grid.side).toBe(8);
	expect(patchesOf(grid, 0)).toEqual([0, 1, 8, 9]);
	expect(patchesOf(grid, 7)).toEqual([22, 23, 30, 31]);
	const all = Array.from({ length: 16 }, (_, index) => patchesOf(grid, index)).flat();
	expect(new Set(all).size).toBe(64);
});

test('the middle of a grid cell leads back to it, and outside there is none', () => {
	for (let index = 0; index < 64; index++) {
		const { x, y, width, height } = gridCell(box, 8, index);
		expect(gridIndexAt(box, 8, { x: x + width / 2, y: y + height / 2 })).toBe(index);
	}
	expect(gridIndexAt(box, 8, { x: 99, y: 60 })).toBeNull();
	expect(gridIndexAt(box, 8, { x: 120, y: 82 })).toBeNull();
});

test('a row of the tower becomes a map over the square: the mean of the heads', () => {
	const [image] = wideImages(0, 2);
	const data = Float32Array.from([...[0.1, 0.2, 0.3, 0.4], ...[0.4, 0.4, 0.1, 0.1]]);
	const map = towerHeatmap(createTensor('float32', [2, 1, 4], data), 0, image);
	[0.25, 0.3, 0.2, 0.25].forEach((weight, i) => expect(map.cells[i].weight).toBeCloseTo(weight, 6));
	expect(map.total).toBeCloseTo(1, 6);
	expect(map.cells[3]).toMatchObject({ x: 200, y: 50, width: 200, height: 50 });
});

test('the table has a row for each soft token with its place in the picture', () => {
	const images = wideImages(2, 2);
	const pictures = [{ name: 'wide.png', width: 400, height: 100, panAndScan: '', blob: null }];
	const row = Float32Array.from({ length: 16 }, (_, i) => i / 100);
	const table = toSoftTokenTable({ images, pictures }, row);
	expect(table.rows.length).toBe(12);
	expect(table.rows[5]).toEqual([8, 'wide.png', 'image 1, crop 1', 1, 100, 0, 100, 50, 0.08]);
});
