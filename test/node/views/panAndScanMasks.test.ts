import { expect, test } from 'vitest';
import { lightPalette } from '../../../src/lib/views/palette.js';
import { toFoldedMask } from '../../../src/lib/views/panAndScanMasks.js';
import { createMadeTrace, textToken } from '../../support/madeTrace.js';

const image = (position: number, imageIndex: number) => ({
	...textToken(position, '<image_soft_token>'),
	kind: 'image' as const,
	imageIndex
});

test('a prompt with an image: one row for it, and all its cells counted', () => {
	const tokens = [
		textToken(0, 'a'),
		image(1, 0),
		image(2, 0),
		image(3, 0),
		image(4, 0),
		textToken(5, 'b')
	];
	const made = createMadeTrace(tokens);
	const images = [
		{
			picture: 0,
			crop: null,
			box: { x: 0, y: 0, width: 4, height: 4 },
			gridSize: 2,
			tokens: { start: 1, end: 5 }
		}
	];
	const { numTokens, numSoftTokens, numSquares, numOpen, grid } = toFoldedMask(
		{ ...made, images },
		'full_attention',
		lightPalette
	);
	expect({ numTokens, numSoftTokens, numSquares }).toEqual({
		numTokens: 6,
		numSoftTokens: 4,
		numSquares: 1
	});
	// 21 causal cells, and 6 more within the image.
	expect(numOpen).toBe(27);
	expect([grid.rows, grid.columns]).toEqual([3, 3]);
});

test('what the window no longer reaches from the end is counted in local layers only', () => {
	const made = createMadeTrace(Array.from({ length: 20 }, (_, i) => textToken(i, 'x')));
	const masks = { ...made.masks, slidingWindow: 8 };
	const of = (kind: 'full_attention' | 'sliding_attention') =>
		toFoldedMask({ ...made, masks }, kind, lightPalette).numOutOfReach;
	expect([of('full_attention'), of('sliding_attention')]).toEqual([0, 12]);
});
