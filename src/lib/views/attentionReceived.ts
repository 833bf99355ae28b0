import type { WeightMatrix } from './attentionPicture.js';

/**
 * How much each key is looked at: the mean weight it gets from the queries that come after it or are it,
 * `[keys]`. A mean, so that early tokens do not win by being there longer.
 */
export function attentionReceived({ queries, keys, weights }: WeightMatrix): Float64Array {
	const sums = new Float64Array(keys);
	for (let query = 0; query < queries; query++) {
		for (let key = 0; key < keys; key++) sums[key] += weights[query * keys + key];
	}
	return sums.map((sum, key) => (key < queries ? sum / (queries - key) : 0));
}
