import type { Tensor } from '../tensor/tensor.js';
import { createCellGrid, texture, type CellGrid } from './cellGrid.js';
import { weightPixel, type WeightScale } from './weightScale.js';

/** One head of attention weights as a matrix; rows are queries. */
export interface WeightMatrix {
	readonly queries: number;
	readonly keys: number;
	/** `[queries, keys]`, row-major. */
	readonly weights: Float32Array;
}

/**
 * One head, or the mean over all heads, of attention weights `[heads, queries, keys]`.
 *
 * @throws RangeError if there is no such head
 */
export function toWeightMatrix(attention: Tensor, head: number | 'mean'): WeightMatrix {
	const [heads, queries, keys] = attention.dims;
	const size = queries * keys;
	const plane = (index: number) => attention.data.subarray(index * size, (index + 1) * size);
	if (head !== 'mean') {
		if (!(head >= 0 && head < heads)) throw new RangeError(`no head ${head} among ${heads}`);
		return { queries, keys, weights: plane(head) };
	}
	const weights = plane(0).slice();
	for (let h = 1; h < heads; h++) addTo(weights, plane(h));
	for (let i = 0; i < size; i++) weights[i] /= heads;
	return { queries, keys, weights };
}

/** Small enough for the compiler to keep both arrays at hand: several times as quick as in place. */
function addTo(sum: Float32Array, values: Float32Array): void {
	for (let i = 0; i < sum.length; i++) sum[i] += values[i];
}

/** The weights of one query, `[keys]`. */
export function weightRow(matrix: WeightMatrix, query: number): Float32Array {
	return matrix.weights.subarray(query * matrix.keys, (query + 1) * matrix.keys);
}

/** A heat map: open cells on the ramp, cells that the mask closes as fine grid. */
export function toAttentionGrid(
	matrix: WeightMatrix,
	open: Uint8Array,
	scale: WeightScale,
	ramp: Uint32Array
): CellGrid {
	const grid = createCellGrid(matrix.queries, matrix.keys, 0);
	for (let i = 0; i < matrix.weights.length; i++) {
		grid.fill[i] = weightPixel(matrix.weights[i], scale, ramp);
		if (open[i] === 0) grid.texture[i] = texture.closed;
	}
	return grid;
}
