import type { WeightMatrix } from './attentionPicture.js';

/** One line from a query to a key. */
export interface HeadLine {
	readonly query: number;
	readonly key: number;
	readonly weight: number;
}

/**
 * The lines worth drawing between the tokens of a stretch: weights of at least `least`, thin ones
 * first, so that strong ones lie on top.
 */
export function toHeadLines(
	matrix: WeightMatrix,
	{ start, end }: { start: number; end: number },
	least: number
): HeadLine[] {
	const lines: HeadLine[] = [];
	for (let query = start; query < end; query++) {
		for (let key = start; key < end; key++) {
			const weight = matrix.weights[query * matrix.keys + key];
			if (weight >= least && weight > 0) lines.push({ query, key, weight });
		}
	}
	return lines.sort((a, b) => a.weight - b.weight);
}

/** The share of each query's weight that goes to keys outside a stretch, `[end - start]`. */
export function shareOutside(
	matrix: WeightMatrix,
	{ start, end }: { start: number; end: number }
): Float64Array {
	return Float64Array.from({ length: end - start }, (_, i) => {
		let sum = 0;
		for (let key = 0; key < matrix.keys; key++) {
			if (key < start || key >= end) sum += matrix.weights[(start + i) * matrix.keys + key];
		}
		return sum;
	});
}

/** The largest weights of a matrix, largest first. */
export function largestWeights(matrix: WeightMatrix, count: number): HeadLine[] {
	const best: HeadLine[] = [];
	for (let i = 0; i < matrix.weights.length; i++) {
		const weight = matrix.weights[i];
		if (!(weight > 0) || (best.length === count && weight <= best[count - 1].weight)) continue;
		let at = best.length;
		while (at > 0 && weight > best[at - 1].weight) at--;
		best.splice(at, 0, { query: Math.floor(i / matrix.keys), key: i % matrix.keys, weight });
		if (best.length > count) best.pop();
	}
	return best;
}
