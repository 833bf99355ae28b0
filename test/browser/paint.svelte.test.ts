import { flushSync } from 'svelte';
import { expect, test } from 'vitest';
import { paint } from '../../src/lib/attachments/paint.svelte.js';
import { createCellGrid } from '../../src/lib/views/cellGrid.js';
import { lightPalette, toPixel } from '../../src/lib/views/palette.js';
import { rasterize } from '../../src/lib/views/rasterize.js';

/** A picture of one row of cells. */
function row(...colors: string[]) {
	const grid = createCellGrid(1, colors.length, 0);
	colors.forEach((color, i) => (grid.fill[i] = toPixel(color)));
	return rasterize(grid, 8, lightPalette);
}

test('a canvas shows the raster, and the next one when it changes', () => {
	const canvas = document.createElement('canvas');
	let raster = $state.raw(row('#ff0000', '#0000ff'));
	const stop = $effect.root(() => {
		paint(() => raster)(canvas);
	});
	flushSync();
	const colorAt = (x: number) => [...canvas.getContext('2d')!.getImageData(x, 4, 1, 1).data];
	expect([canvas.width, canvas.height]).toEqual([16, 8]);
	expect(colorAt(4)).toEqual([255, 0, 0, 255]);
	expect(colorAt(12)).toEqual([0, 0, 255, 255]);

	raster = row('#00ff00');
	flushSync();
	expect([canvas.width, canvas.height]).toEqual([8, 8]);
	expect(colorAt(4)).toEqual([0, 255, 0, 255]);
	stop();
});
