import type { Random } from './random.js';

/**
 * Draws a token: the first one, in index order, whose running sum exceeds a random part of the
 * whole. Sums are float64. One number is taken from `random`; a token of probability 0 is never drawn.
 *
 * @param probabilities `[vocabSize]`, not negative; they need not sum to exactly 1
 * @throws RangeError if a probability is negative or not finite, or if all are 0
 */
export function sample(probabilities: ArrayLike<number>, random: Pick<Random, 'next'>): number {
	let total = 0;
	for (let i = 0; i < probabilities.length; i++) {
		if (!(probabilities[i] >= 0 && probabilities[i] < Infinity)) {
			throw new RangeError(`the probability of token ${i} is ${probabilities[i]}`);
		}
		total += probabilities[i];
	}
	if (total === 0) {
		throw new RangeError(`none of ${probabilities.length} probabilities is above 0`);
	}
	const target = random.next() * total;
	let sum = 0;
	let token = -1;
	for (let i = 0; i < probabilities.length; i++) {
		if (probabilities[i] === 0) continue;
		token = i;
		sum += probabilities[i];
		if (sum > target) break;
	}
	return token;
}

/**
 * The index of the largest logit, the first of equals, as `torch.argmax`.
 *
 * @throws RangeError if there are no logits, or one is NaN
 */
export function greedy(logits: ArrayLike<number>): number {
	if (logits.length === 0) throw new RangeError('greedy needs at least one logit, got none');
	let token = 0;
	for (let i = 0; i < logits.length; i++) {
		if (Number.isNaN(logits[i])) throw new RangeError(`the logit of token ${i} is NaN`);
		if (logits[i] > logits[token]) token = i;
	}
	return token;
}
