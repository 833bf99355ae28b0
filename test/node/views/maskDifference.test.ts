import { expect, test } from 'vitest';
import { createCausalMaskMapping } from '../../../src/lib/gemma3/attentionMask.js';
import { notch, texture } from '../../../src/lib/views/cellGrid.js';
import {
	compareMasks,
	describeDifference,
	maskChange,
	toDifferenceGrid
} from '../../../src/lib/views/maskDifference.js';
import { lightPalette } from '../../../src/lib/views/palette.js';

const names = ['rule 5.17', 'rule 4.56'] as const;

test('tells every cell apart, by hand', () => {
	const difference = compareMasks(Uint8Array.of(1, 0, 1, 1), Uint8Array.of(1, 1, 0, 1), 2);
	expect(Array.from(difference.cells)).toEqual([
		maskChange.both,
		maskChange.onlySecond,
		maskChange.onlyFirst,
		maskChange.both
	]);
	expect(difference.counts).toEqual([0, 2, 1, 1]);
	expect(difference.rows).toBe(2);
	expect(describeDifference(difference, ['A', 'B'])).toBe(
		'1 cell open only under A, 1 only under B, in 2 rows; 2 in both'
	);
});

test('the two rules differ where an image is longer than the window, and only there', () => {
	const config = { layerTypes: ['sliding_attention' as const], slidingWindow: 3 };
	const tokenTypeIds = [[0, 1, 1, 1, 1, 1, 0, 0]];
	const mask = (maskRule: '5.17' | '4.56') =>
		createCausalMaskMapping({ config, queryLength: 8, tokenTypeIds, maskRule }).sliding_attention;
	const difference = compareMasks(mask('5.17').open, mask('4.56').open, 8);
	// Queries 4 and 5 lie 3 and 4 behind the image's start: 4 → 1, 5 → 1, 5 → 2.
	const changed = Array.from(difference.cells.keys()).filter((i) => difference.cells[i] >= 2);
	expect(changed.map((i) => [Math.floor(i / 8), i % 8])).toEqual([
		[4, 1],
		[5, 1],
		[5, 2]
	]);
	expect(difference.counts[maskChange.onlyFirst]).toBe(0);
	expect(describeDifference(difference, names)).toContain('3 only under rule 4.56, in 2 rows');
});

test('equal masks are said to be the same', () => {
	const open = Uint8Array.of(1, 0, 1, 1);
	expect(describeDifference(compareMasks(open, open, 2), names)).toBe(
		'the same: 3 cells open in both'
	);
});

test('the picture tells first and second apart without colour', () => {
	const difference = compareMasks(Uint8Array.of(1, 0, 1, 0), Uint8Array.of(1, 1, 0, 0), 2);
	const grid = toDifferenceGrid(difference, lightPalette);
	expect(Array.from(grid.texture, (value) => value & ~notch)).toEqual([
		texture.solid,
		texture.hatch,
		texture.solid,
		texture.closed
	]);
	expect(grid.fill[0]).not.toBe(grid.fill[2]);
});

test('refuses masks of two sizes', () => {
	expect(() => compareMasks(new Uint8Array(4), new Uint8Array(9), 2)).toThrow('4 and 9 cells');
});
