/** The leading bits of a mantissa that pick an entry of the table. */
const indexBits = 11;
const shift = 23 - indexBits;
const count = 2 ** indexBits;

/** By the leading bits of the mantissa: a number from 1 to 2, its logarithm, and its inverse. */
const logarithms = Float64Array.from({ length: count }, (_, i) => Math.log(1 + i / count));
const inverses = Float64Array.from({ length: count }, (_, i) => 1 / (1 + i / count));

/**
 * Entropy of a row of weights, bits: 0 looks at one key, log2(n) at n keys alike. Weights of 0 or less,
 * and those below float32's normal numbers, count as nothing.
 *
 * A survey takes millions of logarithms: this one reads the exponent and a table, and corrects by the
 * first terms of ln(1 + r), r below 2⁻¹¹, to about 1e-14; several times as quick as `Math.log`.
 */
export function entropyBits(weights: Float32Array): number {
	const bits = new Uint32Array(weights.buffer, weights.byteOffset, weights.length);
	let nats = 0;
	for (let i = 0; i < weights.length; i++) {
		const word = bits[i];
		// Zero, subnormal or negative: the exponent is 0, or the sign makes the word huge.
		if (word < 0x00800000 || word >= 0x7f800000) continue;
		const index = (word >>> shift) & (count - 1);
		const rest = (word & ((1 << shift) - 1)) * 2 ** -23 * inverses[index];
		const log =
			((word >>> 23) - 127) * Math.LN2 +
			logarithms[index] +
			rest * (1 - rest * (0.5 - rest * (1 / 3)));
		nats -= weights[i] * log;
	}
	return nats / Math.LN2;
}
