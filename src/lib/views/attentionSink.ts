import type { WeightMatrix } from './attentionPicture.js';

/**
 * The weights without some keys, such as the `<bos>` sink: their columns become 0, and what is left of
 * each row is divided by its sum. A row that had nothing else is all 0.
 */
export function withoutKeys(matrix: WeightMatrix, hidden: readonly number[]): WeightMatrix {
	const { queries, keys } = matrix;
	const weights = matrix.weights.slice();
	for (let query = 0; query < queries; query++) {
		const row = weights.subarray(query * keys, (query + 1) * keys);
		for (const key of hidden) row[key] = 0;
		normalizeRow(row);
	}
	return { queries, keys, weights };
}

/** Every row divided by its sum, for matrices whose rows are no shares: a maximum over heads. */
export function normalizeRows(matrix: WeightMatrix): WeightMatrix {
	return withoutKeys(matrix, []);
}

function normalizeRow(row: Float32Array): void {
	let sum = 0;
	for (const weight of row) sum += weight;
	if (sum > 0) for (let i = 0; i < row.length; i++) row[i] /= sum;
}
