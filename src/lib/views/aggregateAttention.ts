import type { Tensor } from '../tensor/tensor.js';
import type { WeightMatrix } from './attentionPicture.js';

/** The largest weight of any head, cell by cell; its rows no longer sum to 1. */
export function toMaximumMatrix(attention: Tensor): WeightMatrix {
	const [heads, queries, keys] = attention.dims;
	const size = queries * keys;
	const weights = attention.data.slice(0, size);
	for (let head = 1; head < heads; head++) {
		const plane = attention.data.subarray(head * size, (head + 1) * size);
		for (let i = 0; i < size; i++) if (plane[i] > weights[i]) weights[i] = plane[i];
	}
	return { queries, keys, weights };
}

/**
 * Several matrices of one size as one: their mean, or the largest weight of each cell.
 *
 * @throws RangeError if there is none, or sizes differ
 */
export function combineMatrices(
	matrices: readonly WeightMatrix[],
	how: 'mean' | 'maximum'
): WeightMatrix {
	if (matrices.length === 0) throw new RangeError('no matrices to combine');
	const [{ queries, keys }] = matrices;
	const weights = new Float32Array(queries * keys);
	for (const matrix of matrices) {
		checkSize(matrix, queries, keys);
		for (let i = 0; i < weights.length; i++) {
			if (how === 'mean') weights[i] += matrix.weights[i] / matrices.length;
			else if (matrix.weights[i] > weights[i]) weights[i] = matrix.weights[i];
		}
	}
	return { queries, keys, weights };
}

/**
 * Attention rollout (Abnar & Zuidema 2020): the product of all layers' matrices, each mixed with the
 * residual stream as `residual · I + (1 - residual) · A`. Row q says from which input positions
 * position q gathers, if attention were all that moved information: norms, values and MLPs are ignored.
 * Rows sum to 1 when those of the layers do.
 *
 * Takes O(layers · n³) steps less the zeros; for one row see `rolloutRow`.
 *
 * @param layers first layer first, `[n, n]` each, such as the mean over heads
 * @param residual share that stays in the residual stream, 0.5 in the paper
 * @throws RangeError if there is no layer, a layer is not square, or residual is not within 0 to 1
 */
export function rollout(layers: readonly WeightMatrix[], residual = 0.5): WeightMatrix {
	const length = checkLayers(layers, residual);
	let product = identity(length);
	for (const { weights } of layers) {
		const next = new Float64Array(length * length);
		for (let query = 0; query < length; query++) {
			addScaledRow(next, query, product, query, residual, length);
			for (let key = 0; key < length; key++) {
				const weight = weights[query * length + key] * (1 - residual);
				if (weight !== 0) addScaledRow(next, query, product, key, weight, length);
			}
		}
		product = next;
	}
	return { queries: length, keys: length, weights: Float32Array.from(product) };
}

/** One row of `rollout`, in O(layers · n²): `[n]`. */
export function rolloutRow(
	layers: readonly WeightMatrix[],
	query: number,
	residual = 0.5
): Float32Array {
	const length = checkLayers(layers, residual);
	let row = new Float64Array(length);
	row[query] = 1;
	for (const { weights } of [...layers].reverse()) {
		const next = new Float64Array(length);
		for (let position = 0; position < length; position++) {
			const share = row[position];
			if (share === 0) continue;
			next[position] += share * residual;
			const factor = share * (1 - residual);
			for (let key = 0; key < length; key++) next[key] += factor * weights[position * length + key];
		}
		row = next;
	}
	return Float32Array.from(row);
}

function identity(length: number): Float64Array<ArrayBuffer> {
	const matrix = new Float64Array(length * length);
	for (let i = 0; i < length; i++) matrix[i * length + i] = 1;
	return matrix;
}

function addScaledRow(
	target: Float64Array,
	targetRow: number,
	source: Float64Array,
	sourceRow: number,
	factor: number,
	length: number
): void {
	const to = targetRow * length;
	const from = sourceRow * length;
	for (let i = 0; i < length; i++) target[to + i] += factor * source[from + i];
}

function checkLayers(layers: readonly WeightMatrix[], residual: number): number {
	if (layers.length === 0) throw new RangeError('no layers to roll out');
	if (!(residual >= 0 && residual <= 1)) {
		throw new RangeError(`invalid residual: ${residual}, expected a share from 0 to 1`);
	}
	const length = layers[0].queries;
	for (const matrix of layers) checkSize(matrix, length, length);
	return length;
}

function checkSize({ queries, keys }: WeightMatrix, rows: number, columns: number): void {
	if (queries === rows && keys === columns) return;
	throw new RangeError(`matrices of ${queries} × ${keys} and ${rows} × ${columns} do not fit`);
}
