import type { Gemma3TextConfig } from '../gemma3/configuration.js';

/**
 * Bytes of keys and values that one sequence of `length` tokens keeps in fp32: a local layer keeps its
 * window, a global layer everything.
 */
export function keyValueBytes(
	config: Pick<Gemma3TextConfig, 'layerTypes' | 'numKeyValueHeads' | 'headDim' | 'slidingWindow'>,
	length: number
): { withWindows: number; allGlobal: number } {
	const perToken = 2 * config.numKeyValueHeads * config.headDim * Float32Array.BYTES_PER_ELEMENT;
	const kept = config.layerTypes.reduce(
		(sum, type) =>
			sum + (type === 'full_attention' ? length : Math.min(length, config.slidingWindow)),
		0
	);
	return { withWindows: kept * perToken, allGlobal: config.layerTypes.length * length * perToken };
}

/**
 * Bytes of keys and values of each layer for one sequence of `length` tokens.
 *
 * @param bytesPerElement 4 for fp32, 2 for the bf16 that released checkpoints are run in
 */
export function keyValueBytesByLayer(
	config: Pick<Gemma3TextConfig, 'layerTypes' | 'numKeyValueHeads' | 'headDim' | 'slidingWindow'>,
	length: number,
	bytesPerElement: number = Float32Array.BYTES_PER_ELEMENT
): number[] {
	const perToken = 2 * config.numKeyValueHeads * config.headDim * bytesPerElement;
	return config.layerTypes.map(
		(type) =>
			perToken * (type === 'full_attention' ? length : Math.min(length, config.slidingWindow))
	);
}
