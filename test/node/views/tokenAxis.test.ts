import { expect, test } from 'vitest';
import type { TraceToken } from '../../../src/lib/trace/trace.js';
import { createCellGrid, notch, texture } from '../../../src/lib/views/cellGrid.js';
import { toPixel } from '../../../src/lib/views/palette.js';
import { axisLabels, createTokenAxis, foldMaskGrid } from '../../../src/lib/views/tokenAxis.js';
import { wideImages } from '../../support/traceImages.js';

const images = wideImages(1, 2, 2);
/** Two text tokens, two squares of four soft tokens, one text token. */
const tokens = Array.from({ length: 11 }, (_, position): TraceToken => {
	const imageIndex = position < 2 || position > 9 ? null : position < 6 ? 0 : 1;
	return {
		id: position,
		text: imageIndex === null ? `t${position}` : '<image_soft_token>',
		kind: imageIndex === null ? 'text' : 'image',
		turn: null,
		imageIndex,
		position,
		step: null
	};
});

test('a folded image is one run, an open one as many as its tokens', () => {
	const axis = createTokenAxis(tokens, new Set([1]));
	expect(axis.runs.length).toBe(2 + 4 + 1 + 1);
	expect(axis.indexOf[1]).toBe(1);
	expect([...axis.indexOf.subarray(6, 10)]).toEqual([6, 6, 6, 6]);
	expect(axis.indexOf[10]).toBe(7);
	expect(createTokenAxis(tokens, new Set()).isFolded).toBe(false);
	expect(axisLabels(axis, tokens, images, 12)[6]).toBe('im 1, crop 1');
});

test('a folded cell is closed, open, or tinted by its share of open cells', () => {
	const kind = toPixel('#000000');
	const grid = createCellGrid(11, 11, 0);
	grid.texture.fill(texture.closed);
	const set = (query: number, key: number, value: number) => {
		grid.texture[query * 11 + key] = value;
		grid.fill[query * 11 + key] = kind;
	};
	for (let query = 2; query < 6; query++) {
		for (let key = 2; key < 6; key++) set(query, key, texture.hatch);
	}
	for (const key of [2, 3]) set(10, key, texture.solid);
	set(10, 6, texture.closed | notch);
	const axis = createTokenAxis(tokens, new Set([0, 1]));
	const folded = foldMaskGrid(grid, axis, '#ffffff');
	expect(folded.rows).toBe(5);
	const at = (row: number, column: number) => row * 5 + column;
	expect(folded.texture[at(2, 2)]).toBe(texture.hatch);
	expect(folded.fill[at(2, 2)]).toBe(kind);
	expect(folded.texture[at(2, 3)]).toBe(texture.closed);
	expect(folded.texture[at(4, 2)]).toBe(texture.solid);
	expect(folded.fill[at(4, 2)]).toBe(toPixel('rgb(128, 128, 128)'));
	expect(folded.texture[at(4, 3)]).toBe(texture.closed | notch);
});

test('nothing folded leaves the grid as it is', () => {
	const grid = createCellGrid(11, 11, 0);
	expect(foldMaskGrid(grid, createTokenAxis(tokens, new Set()), '#fff')).toBe(grid);
});
