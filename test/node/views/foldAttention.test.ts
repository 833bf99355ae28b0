import { expect, test } from 'vitest';
import { foldOpen, foldWeights } from '../../../src/lib/views/foldAttention.js';
import { createTokenAxis } from '../../../src/lib/views/tokenAxis.js';
import type { TraceToken } from '../../../src/lib/trace/trace.js';

const tokens = [null, 0, 0, null].map((imageIndex, position): TraceToken => ({
	id: position,
	text: 'x',
	kind: imageIndex === null ? 'text' : 'image',
	turn: null,
	imageIndex,
	position,
	step: null
}));
const folded = createTokenAxis(tokens, new Set([0]));
const matrix = {
	queries: 4,
	keys: 4,
	// prettier-ignore
	weights: Float32Array.of(
		1, 0, 0, 0,
		0.5, 0.25, 0.25, 0,
		0, 0.25, 0.75, 0,
		0.25, 0.25, 0.25, 0.25
	)
};

test('an image gives the mean of its rows and gets the sum over its columns', () => {
	const { queries, keys, weights } = foldWeights(matrix, folded);
	expect([queries, keys]).toEqual([3, 3]);
	expect(Array.from(weights)).toEqual([1, 0, 0, 0.25, 0.75, 0, 0.25, 0.5, 0.25]);
});

test('a folded cell is open if any cell in it is', () => {
	const open = Uint8Array.from(matrix.weights, (weight) => (weight > 0 ? 1 : 0));
	expect(Array.from(foldOpen(open, folded))).toEqual([1, 0, 0, 1, 1, 0, 1, 1, 1]);
});

test('without a folded image nothing changes, and a matrix of other tokens is refused', () => {
	const axis = createTokenAxis(tokens, new Set());
	expect(foldWeights(matrix, axis)).toBe(matrix);
	expect(() => foldWeights({ ...matrix, keys: 3 }, axis)).toThrow('4 × 3');
});
