import { expect, test } from 'vitest';
import { createCellGrid, notch, texture } from '../../../src/lib/views/cellGrid.js';
import { lightPalette, toHex, toPixel } from '../../../src/lib/views/palette.js';
import { rasterize, type Raster } from '../../../src/lib/views/rasterize.js';

const red = toPixel('#ff0000');

/** Colour of one pixel. */
function at({ data, width }: Raster, x: number, y: number): string {
	return toHex(new Uint32Array(data.buffer)[y * width + x]);
}

test('a cell of one pixel is its colour, a closed one is paper', () => {
	const grid = createCellGrid(1, 2, 0.1);
	grid.fill.fill(red);
	grid.texture[1] = texture.closed;
	const raster = rasterize(grid, 1, lightPalette);
	expect([raster.width, raster.height]).toEqual([2, 1]);
	expect(at(raster, 0, 0)).toBe('#ff0000');
	expect(at(raster, 1, 0)).toBe(lightPalette.paper);
	expect(Array.from(raster.data.subarray(0, 4))).toEqual([255, 0, 0, 255]);
});

test('tiles leave a gap of paper on the right and below, fields none', () => {
	const tiles = createCellGrid(1, 1, 0.1);
	tiles.fill[0] = red;
	const raster = rasterize(tiles, 10, lightPalette);
	expect(at(raster, 8, 8)).toBe('#ff0000');
	expect(at(raster, 9, 4)).toBe(lightPalette.paper);
	expect(at(raster, 4, 9)).toBe(lightPalette.paper);
	const field = createCellGrid(1, 1, 0);
	field.fill[0] = red;
	expect(at(rasterize(field, 10, lightPalette), 9, 9)).toBe('#ff0000');
});

test('a closed cell is paper inside a hairline', () => {
	const grid = createCellGrid(1, 1, 0);
	grid.texture[0] = texture.closed;
	const raster = rasterize(grid, 10, lightPalette);
	expect(at(raster, 0, 5)).toBe(lightPalette.rule);
	expect(at(raster, 8, 5)).toBe(lightPalette.rule);
	expect(at(raster, 4, 4)).toBe(lightPalette.paper);
});

test('a hatch runs on from cell to cell', () => {
	const grid = createCellGrid(3, 3, 0);
	grid.fill.fill(red);
	grid.texture.fill(texture.hatch);
	const raster = rasterize(grid, 12, lightPalette);
	// Lines every 4 pixels of x + y, in the middle of every cell alike.
	for (const [x, y] of [
		[5, 7],
		[17, 19],
		[30, 6]
	]) {
		expect(at(raster, x, y)).toBe('#ff0000');
		expect(at(raster, x + 1, y)).toBe(lightPalette.paper);
		expect(at(raster, x - 1, y + 1)).toBe('#ff0000');
	}
});

test('an edited cell has its upper right corner marked', () => {
	const grid = createCellGrid(1, 1, 0);
	grid.fill[0] = red;
	grid.texture[0] = texture.solid | notch;
	const raster = rasterize(grid, 12, lightPalette);
	expect(at(raster, 11, 0)).toBe(lightPalette.ink);
	expect(at(raster, 8, 0)).toBe(lightPalette.ink);
	expect(at(raster, 0, 11)).toBe('#ff0000');
});

test('a cell must have a whole number of pixels', () => {
	expect(() => rasterize(createCellGrid(1, 1, 0), 0.5, lightPalette)).toThrow(
		'invalid cellPixels: 0.5'
	);
});
