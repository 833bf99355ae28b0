import type { RopeParameters } from './configuration.js';

/**
 * Cosine and sine tables of rotary position embedding, one row a position, `[rows, headDim / 2]`.
 * Ports Gemma3RotaryEmbedding (transformers, modeling_gemma3.py), whose arithmetic is float32
 * throughout: frequency, angle and result are each rounded.
 */
export function ropeTables(
	parameters: RopeParameters,
	headDim: number,
	positions: readonly number[]
): { cos: Float32Array; sin: Float32Array } {
	const half = headDim / 2;
	const inverseFrequencies = new Float32Array(half);
	for (let i = 0; i < half; i++) {
		const exponent = Math.fround((2 * i) / headDim);
		const frequency = Math.fround(1 / Math.fround(parameters.ropeTheta ** exponent));
		inverseFrequencies[i] =
			parameters.ropeType === 'linear' ? frequency / parameters.factor : frequency;
	}
	const cos = new Float32Array(positions.length * half);
	const sin = new Float32Array(positions.length * half);
	positions.forEach((position, row) => {
		for (let i = 0; i < half; i++) {
			const angle = Math.fround(position * inverseFrequencies[i]);
			cos[row * half + i] = Math.cos(angle);
			sin[row * half + i] = Math.sin(angle);
		}
	});
	return { cos, sin };
}
