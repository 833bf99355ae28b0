import { expect, test } from 'vitest';
import {
	cellAt,
	cellOrigin,
	createMatrixLayout,
	matrixTicks,
	moveCell
} from '../../../src/lib/views/matrixLayout.js';

test('a few tokens get labels and the largest cells', () => {
	const layout = createMatrixLayout({ rows: 10, columns: 10, availableWidth: 500 });
	expect(layout).toMatchObject({ labelled: true, cell: 26, cellPixels: 26, left: 84, width: 344 });
});

test('labels give way before cells become too small for them', () => {
	const layout = createMatrixLayout({ rows: 40, columns: 40, availableWidth: 400 });
	expect(layout).toMatchObject({ labelled: false, cell: 9, left: 26, width: 386 });
});

test('cells are whole device pixels while they have a few, else the picture is scaled', () => {
	const sharp = createMatrixLayout({ rows: 30, columns: 30, availableWidth: 400, pixelRatio: 1.5 });
	expect(sharp.cell * 1.5).toBe(sharp.cellPixels);
	expect(sharp.scaled).toBe(false);
	const dense = createMatrixLayout({ rows: 225, columns: 225, availableWidth: 400 });
	expect([dense.cellPixels, dense.scaled]).toEqual([2, true]);
	expect(dense.width).toBeCloseTo(400, 9);
	const finest = createMatrixLayout({ rows: 2048, columns: 2048, availableWidth: 400 });
	expect(finest.cellPixels).toBe(1);
	expect(finest.width).toBeCloseTo(400, 9);
});

test('the cell under a point is the inverse of where a cell lies', () => {
	for (const [columns, availableWidth] of [
		[7, 500],
		[64, 390],
		[1000, 390]
	]) {
		const layout = createMatrixLayout({ rows: columns, columns, availableWidth });
		for (const cell of [
			{ row: 0, column: 0 },
			{ row: columns - 1, column: 3 },
			{ row: 5, column: columns - 1 }
		]) {
			const { x, y } = cellOrigin(layout, cell);
			expect(cellAt(layout, x + layout.cell / 2, y + layout.cell / 2)).toEqual(cell);
		}
		expect(cellAt(layout, layout.left - 1, layout.top)).toBeNull();
		expect(cellAt(layout, layout.left, layout.height + 1)).toBeNull();
	}
});

test('ticks step by 1, 2 or 5 times a power of ten and keep apart', () => {
	expect(matrixTicks(4, 26)).toEqual([0, 1, 2, 3]);
	expect(matrixTicks(31, 10)).toEqual([0, 5, 10, 15, 20, 25, 30]);
	expect(matrixTicks(27, 12)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26]);
	expect(matrixTicks(1000, 0.4)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
});

test('arrows move a cell and stop at the edge', () => {
	const cell = { row: 0, column: 1 };
	expect(moveCell(cell, 'ArrowUp', 3, 3)).toEqual({ row: 0, column: 1 });
	expect(moveCell(cell, 'ArrowDown', 3, 3)).toEqual({ row: 1, column: 1 });
	expect(moveCell(cell, 'ArrowLeft', 3, 3)).toEqual({ row: 0, column: 0 });
	expect(moveCell(cell, 'End', 3, 3)).toEqual({ row: 0, column: 2 });
	expect(moveCell(cell, 'PageDown', 3, 3)).toEqual({ row: 2, column: 1 });
	expect(moveCell(cell, 'x', 3, 3)).toBeNull();
});

test('nothing cannot be laid out', () => {
	expect(() => createMatrixLayout({ rows: 0, columns: 3, availableWidth: 100 })).toThrow('0 × 3');
});
