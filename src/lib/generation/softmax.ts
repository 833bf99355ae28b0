import { exponential } from './exponential.js';

/**
 * Softmax in float32, `[vocabSize]`: differences, exponentials and results are rounded to float32,
 * the sum is kept in float64. A logit of -Infinity gets probability 0.
 *
 * @throws RangeError if a logit is NaN or +Infinity, or if none is above -Infinity
 */
export function probabilities(logits: Float32Array): Float32Array {
	let largest = -Infinity;
	for (let i = 0; i < logits.length; i++) {
		if (logits[i] > largest) largest = logits[i];
	}
	if (!Number.isFinite(largest)) {
		throw new RangeError(
			`softmax needs a largest logit that is finite, got ${largest} among ${logits.length} logits`
		);
	}
	const result = new Float32Array(logits.length);
	let sum = 0;
	for (let i = 0; i < logits.length; i++) {
		if (logits[i] === -Infinity) continue;
		result[i] = exponential(Math.fround(logits[i] - largest));
		sum += result[i];
	}
	if (Number.isNaN(sum)) throw new RangeError('softmax cannot take a logit that is NaN');
	for (let i = 0; i < result.length; i++) {
		if (result[i] !== 0) result[i] /= sum;
	}
	return result;
}
