import type { Trace, TokenScore } from '../trace/trace.js';
import type { WeightMatrix } from './attentionPicture.js';
import { createCellGrid, texture, type CellGrid } from './cellGrid.js';
import { signedPixel } from './signedScale.js';

/** How many tokens two traces begin with in common. */
export function sharedLength(first: Pick<Trace, 'tokens'>, second: Pick<Trace, 'tokens'>): number {
	const most = Math.min(first.tokens.length, second.tokens.length);
	for (let i = 0; i < most; i++) if (first.tokens[i].id !== second.tokens[i].id) return i;
	return most;
}

/**
 * Second minus first, over the rows and columns that both have: `[size, size]`.
 *
 * @param size tokens from the beginning that are compared
 */
export function subtractMatrices(
	first: WeightMatrix,
	second: WeightMatrix,
	size: number
): Float32Array {
	const difference = new Float32Array(size * size);
	for (let query = 0; query < size; query++) {
		for (let key = 0; key < size; key++) {
			difference[query * size + key] =
				second.weights[query * second.keys + key] - first.weights[query * first.keys + key];
		}
	}
	return difference;
}

/** Differences as a field of signed colours; cells that neither mask opens as fine grid. */
export function toDifferenceField(
	difference: Float32Array,
	open: readonly [Uint8Array, Uint8Array],
	ramp: Uint32Array,
	largest: number
): CellGrid {
	const size = Math.sqrt(difference.length);
	const grid = createCellGrid(size, size, 0);
	for (let i = 0; i < difference.length; i++) {
		grid.fill[i] = signedPixel(largest > 0 ? difference[i] / largest : 0, ramp);
		if (open[0][i] === 0 && open[1][i] === 0) grid.texture[i] = texture.closed;
	}
	return grid;
}

/** The first rows and columns of `[width, width]` cells: `[size, size]`. */
export function cropCells(cells: Uint8Array, width: number, size: number): Uint8Array {
	if (width === size) return cells;
	const cropped = new Uint8Array(size * size);
	for (let row = 0; row < size; row++) {
		cropped.set(cells.subarray(row * width, row * width + size), row * size);
	}
	return cropped;
}

export interface ScorePair {
	readonly id: number;
	readonly text: string;
	/** Probabilities; null where a token is not among the listed ones. */
	readonly first: number | null;
	readonly second: number | null;
}

/** The likeliest tokens of two lists side by side, those that differ most first. */
export function pairScores(
	first: readonly TokenScore[],
	second: readonly TokenScore[]
): ScorePair[] {
	const pairs = new Map<number, ScorePair>();
	for (const { id, text, probability } of first) {
		pairs.set(id, { id, text, first: probability, second: null });
	}
	for (const { id, text, probability } of second) {
		pairs.set(id, { id, text, first: pairs.get(id)?.first ?? null, second: probability });
	}
	const gap = (pair: ScorePair) => Math.abs((pair.second ?? 0) - (pair.first ?? 0));
	return [...pairs.values()].sort((a, b) => gap(b) - gap(a));
}
