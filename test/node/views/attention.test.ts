import { expect, test } from 'vitest';
import { createTensor } from '../../../src/lib/tensor/tensor.js';
import {
	toAttentionGrid,
	toWeightMatrix,
	weightRow
} from '../../../src/lib/views/attentionPicture.js';
import { describeAttention, summarizeAttention } from '../../../src/lib/views/attentionSummary.js';
import { texture } from '../../../src/lib/views/cellGrid.js';
import { lightPalette, toHex } from '../../../src/lib/views/palette.js';
import { createRamp } from '../../../src/lib/views/weightScale.js';
import { controlToken, createMadeTrace, softToken, textToken } from '../../support/madeTrace.js';

const attention = createTensor(
	'float32',
	[2, 2, 2],
	Float32Array.of(1, 0, 0.25, 0.75, 1, 0, 0.75, 0.25)
);

test('a matrix is one head, or the mean of all', () => {
	expect(Array.from(toWeightMatrix(attention, 1).weights)).toEqual([1, 0, 0.75, 0.25]);
	expect(Array.from(toWeightMatrix(attention, 'mean').weights)).toEqual([1, 0, 0.5, 0.5]);
	expect(Array.from(weightRow(toWeightMatrix(attention, 0), 1))).toEqual([0.25, 0.75]);
	expect(() => toWeightMatrix(attention, 2)).toThrow('no head 2 among 2');
});

test('open cells are on the ramp, closed ones are grid', () => {
	const matrix = toWeightMatrix(attention, 0);
	const grid = toAttentionGrid(
		matrix,
		Uint8Array.of(1, 0, 1, 1),
		'linear',
		createRamp(lightPalette)
	);
	expect(Array.from(grid.texture)).toEqual([texture.solid, texture.closed, 0, 0]);
	expect(toHex(grid.fill[0])).toBe(lightPalette.weight);
	expect(grid.gap).toBe(0);
});

test('every row of a trace sums to 1 over the mean of heads too', async () => {
	const trace = createMadeTrace(Array.from({ length: 9 }, (_, i) => textToken(i, ` ${i}`)));
	const matrix = toWeightMatrix(await trace.attention({ layer: 2 }), 'mean');
	for (let query = 0; query < 9; query++) {
		expect(weightRow(matrix, query).reduce((a, b) => a + b)).toBeCloseTo(1, 6);
	}
});

const tokens = [
	controlToken(0, '<bos>'),
	softToken(1, 0),
	softToken(2, 0),
	textToken(3, ' what'),
	textToken(4, ' is')
];

test('a summary adds up images and puts the largest share first', () => {
	const shares = summarizeAttention([0.18, 0.4, 0.21, 0.01, 0.2], { tokens, images: [] }, 4);
	expect(shares.map(({ label }) => label)).toEqual(['image 1', '␣is', '<bos>']);
	expect(shares[0].weight).toBeCloseTo(0.61, 12);
	expect(describeAttention(shares, 4)).toBe(
		'0.61 of row 4 goes to image 1, 0.20 to itself, 0.18 to <bos> (0)'
	);
});

test('a row without any share worth a word says so', () => {
	const thin = Array.from({ length: 5 }, () => 0.02);
	const shares = summarizeAttention(
		thin,
		{ tokens: tokens.map((t) => ({ ...t, imageIndex: null })), images: [] },
		4
	);
	expect(describeAttention(shares, 4)).toBe('row 4 is spread thin: no key gets 0.05 of it');
});
