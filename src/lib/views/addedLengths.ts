import type { Tensor } from '../tensor/tensor.js';

/** What is drawn of the two halves of a layer. */
export const addedMeasures = ['attention', 'mlp', 'share'] as const;
export type AddedMeasure = (typeof addedMeasures)[number];

/**
 * One value a layer and token, `[layers, positions]`: the length of what attention or the MLP added,
 * or attention's share of both lengths (0.5 where neither added anything).
 *
 * @param lengths `[2, layers, positions]`, attention first
 */
export function addedValues({ dims, data }: Tensor, measure: AddedMeasure): Float32Array {
	const size = dims[1] * dims[2];
	if (measure === 'attention') return Float32Array.from(data.subarray(0, size));
	if (measure === 'mlp') return Float32Array.from(data.subarray(size, 2 * size));
	return Float32Array.from({ length: size }, (_, i) => {
		const sum = data[i] + data[size + i];
		return sum === 0 ? 0.5 : data[i] / sum;
	});
}
