import { expect, test } from 'vitest';
import { compareMasks } from '../../../src/lib/views/maskDifference.js';
import {
	differenceWords,
	toDifferenceSvg,
	toDifferenceTable
} from '../../../src/lib/views/maskDifferenceFigure.js';
import { lightPalette } from '../../../src/lib/views/palette.js';
import type { TraceToken } from '../../../src/lib/trace/trace.js';

const tokens = ['a', 'b'].map((text, position) => ({
	id: position,
	text,
	position,
	kind: 'text'
})) as unknown as readonly TraceToken[];
const compared = {
	tokens,
	names: ['A', 'B'] as const,
	difference: compareMasks(Uint8Array.of(1, 0, 1, 0), Uint8Array.of(1, 1, 0, 0), 2)
};
const words = (cell: { row: number; column: number }) => differenceWords(compared, cell, 'under');

test('every cell of two masks is said in words, alone and in the table', () => {
	expect(toDifferenceTable(tokens, words).rows.map(([, ...cells]) => cells)).toEqual([
		['open in both', 'open only under B'],
		['open only under A', 'closed in both']
	]);
	expect(differenceWords(compared, { row: 1, column: 0 }, 'in')).toBe('open only in A');
});

test('the picture says what it shows', () => {
	const svg = toDifferenceSvg(compared, { palette: lightPalette, title: 'Two masks' });
	expect(svg).toContain('Two masks');
	expect(svg).toContain('1 cell open only under A, 1 only under B');
});
