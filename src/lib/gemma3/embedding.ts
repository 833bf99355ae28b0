import { readRow } from '../tensor/dequantize.js';
import type { Weight } from '../tensor/packedMatrix.js';
import { createTensor, type Tensor } from '../tensor/tensor.js';
import type { Gemma3Config } from './configuration.js';

/**
 * Embedding rows of a batch of equally long prompts, scaled by √hiddenSize: `[batch, queries,
 * hiddenSize]`. Ports Gemma3TextScaledWordEmbedding in float32. The image soft token may lie
 * beyond the table; its row is replaced by image features anyway, so row 0 stands in.
 *
 * @param weight `embed_tokens.weight`, `[vocabSize, hiddenSize]`
 * @throws RangeError if an id has no row, or the prompts differ in length
 */
export function embedTokens(
	weight: Weight,
	config: Gemma3Config,
	inputIds: readonly (readonly number[])[]
): Tensor {
	const [rows, hiddenSize] = weight.dims;
	const length = inputIds[0]?.length ?? 0;
	const scale = Math.fround(Math.sqrt(hiddenSize));
	const data = new Float32Array(inputIds.length * length * hiddenSize);
	inputIds.forEach((ids, batch) => {
		if (ids.length !== length) {
			throw new RangeError(
				`inputIds must be equally long, got ${length} and ${ids.length}; pad them`
			);
		}
		ids.forEach((id, position) => {
			const row = id >= rows && id === config.imageTokenIndex ? 0 : id;
			if (!Number.isInteger(row) || row < 0 || row >= rows) {
				throw new RangeError(`token ${id} at position ${position} has no row among ${rows}`);
			}
			const target = (batch * length + position) * hiddenSize;
			readRow(weight, row, data, target, scale);
		});
	});
	return createTensor('float32', [inputIds.length, length, hiddenSize], data);
}
