/** One query's way from products to weights; each `[keys]`. */
export interface SoftmaxStages {
	/** q · k */
	readonly products: Float64Array;
	/** times queryPreAttnScalar^-½ */
	readonly scaled: Float64Array;
	/** -Infinity where the mask is closed */
	readonly masked: Float64Array;
	/** The largest masked score, subtracted before the exponential. */
	readonly largest: number;
	/** Sum of exponentials of masked - largest. */
	readonly sum: number;
	readonly weights: Float64Array;
}

/**
 * Score → scale → mask → softmax of one row, in float64.
 *
 * @param products q · k, one a key
 * @param open 1 where the mask lets the query see the key
 * @throws RangeError if no key is open
 */
export function softmaxStages(
	products: ArrayLike<number>,
	open: ArrayLike<number>,
	queryPreAttnScalar: number
): SoftmaxStages {
	const scale = 1 / Math.sqrt(queryPreAttnScalar);
	const scaled = Float64Array.from(products, (product) => product * scale);
	const masked = scaled.map((score, key) => (open[key] ? score : -Infinity));
	const largest = masked.reduce((a, b) => Math.max(a, b), -Infinity);
	if (largest === -Infinity)
		throw new RangeError('the query sees no key: softmax has nothing to share');
	const exponentials = masked.map((score) => Math.exp(score - largest));
	const sum = exponentials.reduce((a, b) => a + b, 0);
	return {
		products: Float64Array.from(products),
		scaled,
		masked,
		largest,
		sum,
		weights: exponentials.map((value) => value / sum)
	};
}

/**
 * Scaled scores, as far as weights alone tell: ln(weight / largest weight), `[keys]`. The differences
 * between keys are those of the scaled scores exactly (up to float32 rounding); the constant of the row
 * is lost in softmax. -Infinity where the weight is 0.
 */
export function relativeScores(weights: ArrayLike<number>): Float64Array {
	let largest = 0;
	for (let i = 0; i < weights.length; i++) largest = Math.max(largest, weights[i]);
	return Float64Array.from(weights, (weight) => Math.log(weight / largest));
}
