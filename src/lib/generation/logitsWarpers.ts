import { findMassBoundary, findRank, toSortKeys } from './selection.js';
import { probabilities } from './softmax.js';

/** The steps of `processLogits`, on checked parameters and logits, in float32. */

/** Ports RepetitionPenaltyLogitsProcessor (transformers, logits_process.py). Each id counts once. */
export function penalizeRepetition(
	logits: Float32Array,
	inputIds: Iterable<number>,
	penalty: number
): Float32Array {
	const factor = Math.fround(penalty);
	const result = logits.slice();
	for (const id of inputIds) {
		// From the unchanged logits, so that an id seen twice is not penalised twice.
		result[id] = logits[id] < 0 ? logits[id] * factor : logits[id] / factor;
	}
	return result;
}

/** Ports TemperatureLogitsWarper. */
export function divideByTemperature(logits: Float32Array, temperature: number): Float32Array {
	const divisor = Math.fround(temperature);
	const result = new Float32Array(logits.length);
	for (let i = 0; i < result.length; i++) result[i] = logits[i] / divisor;
	return result;
}

/**
 * Indices that top-k keeps, rising: what is below the k-th largest logit goes, what equals it stays.
 * Ports TopKLogitsWarper.
 *
 * @param logits finite
 */
export function selectTopK(logits: Float32Array, topK: number): Uint32Array {
	return selectAbove(logits, findRank(logits, Math.min(topK, logits.length)));
}

/**
 * Indices that top-p keeps, rising. From the smallest logit up, equal ones by index, every token
 * goes while the probabilities so far sum to no more than `1 - topP`; the last one always stays. The
 * sum is float64, rounded to float32 before it is compared, as in PyTorch's `cumsum`.
 * Ports TopPLogitsWarper.
 *
 * @param logits finite
 */
export function selectTopP(logits: Float32Array, topP: number): Uint32Array {
	const limit = Math.fround(1 - topP);
	const keys = toSortKeys(logits);
	const masses = probabilities(logits);
	const boundary = findMassBoundary(keys, masses, limit);
	const last = lastOfLargest(keys);
	if (boundary === null) return Uint32Array.of(last);
	const indices = new Uint32Array(logits.length);
	let count = 0;
	let mass = boundary.massBelow;
	for (let i = 0; i < keys.length; i++) {
		if (keys[i] === boundary.key) mass += masses[i];
		const isKept = keys[i] === boundary.key ? Math.fround(mass) > limit : keys[i] > boundary.key;
		if (isKept || i === last) indices[count++] = i;
	}
	return indices.slice(0, count);
}

/**
 * Indices that min-p keeps, rising: tokens less likely than `minP` times the likeliest go.
 * Ports MinPLogitsWarper.
 *
 * @param logits finite
 */
export function selectMinP(logits: Float32Array, minP: number): Uint32Array {
	const masses = probabilities(logits);
	let largest = 0;
	for (let i = 0; i < masses.length; i++) if (masses[i] > largest) largest = masses[i];
	const limit = Math.fround(Math.fround(minP) * largest);
	return selectAbove(masses, limit);
}

/** Indices of the values that are at least `least`, rising. */
export function selectAbove(values: Float32Array, least: number): Uint32Array {
	const indices = new Uint32Array(values.length);
	let count = 0;
	for (let i = 0; i < values.length; i++) if (values[i] >= least) indices[count++] = i;
	return indices.slice(0, count);
}

/** A stable sort puts the highest index of the largest value last. */
function lastOfLargest(keys: Uint32Array): number {
	let last = 0;
	for (let i = 1; i < keys.length; i++) if (keys[i] >= keys[last]) last = i;
	return last;
}
