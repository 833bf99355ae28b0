import type { WeightMatrix } from './attentionPicture.js';
import type { TokenAxis } from './tokenAxis.js';

/**
 * Attention with folded images as one row and one column each: what a query gives an image is the
 * sum over its soft tokens, what an image gives is the mean over its rows. Rows still sum to 1.
 *
 * @throws RangeError if the matrix is not of as many tokens as the axis
 */
export function foldWeights(matrix: WeightMatrix, { runs, indexOf, isFolded }: TokenAxis) {
	checkSize(matrix, indexOf.length);
	if (!isFolded) return matrix;
	const { keys, weights } = matrix;
	const count = runs.length;
	const folded = new Float32Array(count * count);
	runs.forEach(({ start, end }, row) => {
		for (let query = start; query < end; query++) {
			for (let key = 0; key < keys; key++) {
				folded[row * count + indexOf[key]] += weights[query * keys + key] / (end - start);
			}
		}
	});
	return { queries: count, keys: count, weights: folded };
}

/** A mask, `[n, n]`, folded the same way: a cell is open if any that it stands for is. */
export function foldOpen(open: Uint8Array, { runs, indexOf, isFolded }: TokenAxis): Uint8Array {
	if (!isFolded) return open;
	const keys = indexOf.length;
	const count = runs.length;
	const folded = new Uint8Array(count * count);
	for (let query = 0; query < keys; query++) {
		for (let key = 0; key < keys; key++) {
			if (open[query * keys + key]) folded[indexOf[query] * count + indexOf[key]] = 1;
		}
	}
	return folded;
}

function checkSize({ queries, keys }: WeightMatrix, tokens: number): void {
	if (queries === tokens && keys === tokens) return;
	throw new RangeError(`attention of ${queries} × ${keys} does not fit ${tokens} tokens`);
}
