import { expect, test } from 'vitest';
import {
	fitViewport,
	panViewport,
	revealCell,
	viewportCellAt,
	visibleTicks,
	zoomViewport
} from '../../../src/lib/views/viewport.js';

const field = { rows: 2048, columns: 2048, width: 512, height: 512 };

test('fits the whole matrix, and small ones no larger than readable', () => {
	expect(fitViewport(field)).toEqual({ column: 0, row: 0, cell: 0.25 });
	expect(fitViewport({ rows: 4, columns: 4, width: 512, height: 512 }).cell).toBe(48);
});

test('zooming keeps the cell under the pointer', () => {
	let viewport = fitViewport(field);
	const before = viewportCellAt(viewport, field, 300, 200);
	for (let i = 0; i < 8; i++) {
		viewport = zoomViewport(viewport, field, 1.5, 300, 200);
		expect(viewportCellAt(viewport, field, 300, 200)).toEqual(before);
	}
	for (let i = 0; i < 20; i++) viewport = zoomViewport(viewport, field, 0.5, 300, 200);
	expect(viewport).toEqual(fitViewport(field));
});

test('panning stops at the edges', () => {
	const close = zoomViewport(fitViewport(field), field, 40, 0, 0);
	expect(panViewport(close, field, 1e6, 1e6)).toMatchObject({ row: 0, column: 0 });
	const end = panViewport(close, field, -1e6, -1e6);
	expect(end.column + field.width / end.cell).toBeCloseTo(2048, 9);
	expect(panViewport(close, field, -20, -10)).toMatchObject({ column: 2, row: 1 });
});

test('brings a cell into view with as little movement as it takes', () => {
	const close = zoomViewport(fitViewport(field), field, 40, 0, 0); // 51.2 cells in view
	expect(revealCell(close, field, { row: 3, column: 4 })).toEqual(close);
	const moved = revealCell(close, field, { row: 3, column: 100 });
	expect(moved.row).toBe(0);
	expect(moved.column).toBeCloseTo(101 - 51.2, 9);
	expect(revealCell(moved, field, { row: 3, column: 10 }).column).toBe(10);
});

test('a point beyond the matrix names no cell', () => {
	const small = { rows: 4, columns: 4, width: 512, height: 512 };
	expect(viewportCellAt(fitViewport(small), small, 200, 10)).toBeNull();
});

test('labels stay apart, whatever the zoom', () => {
	expect(visibleTicks(0, 2048, 0.25, 512, 40)).toEqual([
		0, 200, 400, 600, 800, 1000, 1200, 1400, 1600, 1800, 2000
	]);
	expect(visibleTicks(10, 2048, 20, 100, 18)).toEqual([10, 11, 12, 13, 14]);
	expect(visibleTicks(0, 3, 20, 100, 18)).toEqual([0, 1, 2]);
});
