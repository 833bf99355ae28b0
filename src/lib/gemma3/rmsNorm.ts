import { createTensor, type Tensor } from '../tensor/tensor.js';

/** Gemma stores a norm's scale as a distance from one. */
export function onePlus(weight: Tensor, factor = 1): Float32Array {
	return weight.data.map((value) => (1 + value) * factor);
}

/**
 * Gemma's RMS norm of some states, for the logit lens: what the language head would read if the
 * model ended here. Ports Gemma3RMSNorm (transformers, modeling_gemma3.py).
 *
 * @param states `[positions, hiddenSize]`
 * @param weight the norm's own, a distance from one, `[hiddenSize]`
 */
export function rmsNorm({ dims, data }: Tensor, weight: Tensor, epsilon: number): Tensor {
	const width = weight.data.length;
	const result = new Float32Array(data.length);
	for (let start = 0; start < data.length; start += width) {
		let squares = 0;
		for (let i = 0; i < width; i++) squares += data[start + i] ** 2;
		const scale = 1 / Math.sqrt(squares / width + epsilon);
		for (let i = 0; i < width; i++) {
			result[start + i] = data[start + i] * scale * (1 + weight.data[i]);
		}
	}
	return createTensor('float32', dims, result);
}
