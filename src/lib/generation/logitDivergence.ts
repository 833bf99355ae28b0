/**
 * Kullback–Leibler divergence KL(p ‖ q) in nats, from logits: how much is lost by taking q for p.
 * Computed in float64 from log-probabilities, so that it does not drown in rounding. A logit of
 * -Infinity is a token that cannot come.
 *
 * @throws RangeError if the lengths differ
 */
export function klDivergence(p: ArrayLike<number>, q: ArrayLike<number>): number {
	if (p.length !== q.length) {
		throw new RangeError(`${p.length} and ${q.length} logits are not of one vocabulary`);
	}
	const normP = logSumExp(p);
	const normQ = logSumExp(q);
	let divergence = 0;
	for (let i = 0; i < p.length; i++) {
		const logP = p[i] - normP;
		if (logP === -Infinity) continue;
		divergence += Math.exp(logP) * (logP - (q[i] - normQ));
	}
	// It is never negative; rounding may say otherwise.
	return Math.max(0, divergence);
}

/** ln Σ exp(x), without overflow. */
export function logSumExp(values: ArrayLike<number>): number {
	let largest = -Infinity;
	for (let i = 0; i < values.length; i++) if (values[i] > largest) largest = values[i];
	if (largest === -Infinity) return -Infinity;
	let sum = 0;
	for (let i = 0; i < values.length; i++) sum += Math.exp(values[i] - largest);
	return largest + Math.log(sum);
}

/** How many tokens have a larger logit: 0 for the likeliest. Equal ones with a lower id come first. */
export function rankOf(id: number, logits: ArrayLike<number>): number {
	let rank = 0;
	for (let i = 0; i < logits.length; i++) {
		if (logits[i] > logits[id] || (logits[i] === logits[id] && i < id)) rank++;
	}
	return rank;
}
