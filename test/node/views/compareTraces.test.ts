import { expect, test } from 'vitest';
import type { TraceToken } from '../../../src/lib/trace/trace.js';
import { texture } from '../../../src/lib/views/cellGrid.js';
import {
	cropCells,
	pairScores,
	sharedLength,
	subtractMatrices,
	toDifferenceField
} from '../../../src/lib/views/compareTraces.js';
import { lightPalette } from '../../../src/lib/views/palette.js';
import { createSignedRamp } from '../../../src/lib/views/signedScale.js';

const trace = (...ids: number[]) => ({ tokens: ids.map((id) => ({ id }) as TraceToken) });

test('two prompts share the tokens before the first that differs', () => {
	expect(sharedLength(trace(1, 2, 3), trace(1, 2, 4, 5))).toBe(2);
	expect(sharedLength(trace(1, 2), trace(1, 2, 3))).toBe(2);
	expect(sharedLength(trace(), trace(1))).toBe(0);
});

test('matrices of two sizes are subtracted where both have cells', () => {
	const first = { queries: 2, keys: 2, weights: Float32Array.of(1, 0, 0.5, 0.5) };
	const second = {
		queries: 3,
		keys: 3,
		weights: Float32Array.of(1, 0, 0, 0.25, 0.75, 0, 0, 0, 1)
	};
	expect(Array.from(subtractMatrices(first, second, 2))).toEqual([0, 0, -0.25, 0.25]);
	expect(Array.from(subtractMatrices(first, first, 2))).toEqual([0, 0, 0, 0]);
	expect(Array.from(cropCells(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), 3, 2))).toEqual([
		1, 2, 4, 5
	]);
});

test('the largest difference has the end of the ramp, and only what both close is closed', () => {
	const ramp = createSignedRamp(lightPalette);
	const open = [Uint8Array.of(1, 0, 1, 1), Uint8Array.of(1, 0, 0, 1)] as const;
	const { fill, texture: textures } = toDifferenceField(
		Float32Array.of(0, 0, -0.5, 0.25),
		open,
		ramp,
		0.5
	);
	expect(fill[2]).toBe(ramp[0]);
	expect(fill[0]).toBe(ramp[(ramp.length - 1) / 2]);
	expect(Array.from(textures)).toEqual([0, texture.closed, 0, 0]);
});

test('scores are paired by token, those that differ most first', () => {
	const score = (id: number, probability: number) => ({ id, text: `${id}`, logit: 0, probability });
	expect(pairScores([score(1, 0.5), score(2, 0.3)], [score(2, 0.2), score(3, 0.9)])).toEqual([
		{ id: 3, text: '3', first: null, second: 0.9 },
		{ id: 1, text: '1', first: 0.5, second: null },
		{ id: 2, text: '2', first: 0.3, second: 0.2 }
	]);
});
