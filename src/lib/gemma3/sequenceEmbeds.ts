import { createTensor, type Tensor } from '../tensor/tensor.js';

/**
 * Embeddings of the positions `[start, end)` of a prompt that goes on: `[batch, end - start, hiddenSize]`.
 *
 * @param promptEmbeds `[batch, promptLength, hiddenSize]`
 * @param embedRest of positions behind the prompt, `[batch, positions, hiddenSize]`
 */
export function sliceEmbeds(
	promptEmbeds: Tensor,
	start: number,
	end: number,
	embedRest: (start: number, end: number) => Tensor
): Tensor {
	const [batch, promptLength, width] = promptEmbeds.dims;
	if (start >= promptLength) return embedRest(start, end);
	const inPrompt = Math.min(end, promptLength);
	const rest = end > promptLength ? embedRest(promptLength, end).data : new Float32Array(0);
	const restWidth = (end - inPrompt) * width;
	const data = new Float32Array(batch * (end - start) * width);
	for (let row = 0; row < batch; row++) {
		const first = row * promptLength * width;
		const part = promptEmbeds.data.subarray(first + start * width, first + inPrompt * width);
		const target = row * (end - start) * width;
		data.set(part, target);
		data.set(rest.subarray(row * restWidth, (row + 1) * restWidth), target + part.length);
	}
	return createTensor('float32', [batch, end - start, width], data);
}
