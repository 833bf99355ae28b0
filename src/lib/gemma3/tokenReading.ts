import { createTensor, type Tensor } from '../tensor/tensor.js';
import { readAttention, readState, type DevicePass } from './devicePass.js';

/** What the newest token saw and became. */
export interface TokenReading {
	readonly position: number;
	/** `[batch, heads, 1, position + 1]`; 0 for keys that a local layer has dropped. */
	attention(layer: number): Promise<Tensor>;
	/** `[batch, 1, hiddenSize]`; layer 0 is the scaled embedding, the last one follows the final norm. */
	hiddenState(layer: number): Promise<Tensor>;
}

/**
 * Reads a pass that ran the newest token, alone or with others before it.
 *
 * @param run runs a read when the device is free
 */
export function createReading(
	pass: DevicePass,
	run: (read: () => Promise<Tensor>) => Promise<Tensor>
): TokenReading {
	const queries = pass.inputsEmbeds.dims[1];
	const state = (layer: number) =>
		layer === 0 ? Promise.resolve(pass.inputsEmbeds) : readState(pass, layer);
	return {
		position: pass.keyLength - 1,
		attention: (layer) => run(async () => cutToLast(await readAttention(pass, layer), 2, queries)),
		hiddenState: (layer) => run(async () => cutToLast(await state(layer), 1, queries))
	};
}

/** The last of `size` entries along an axis, as an axis of one. */
function cutToLast({ dims, data }: Tensor, axis: number, size: number): Tensor {
	if (size === 1) return createTensor('float32', dims, data);
	const inner = dims.slice(axis + 1).reduce((a, b) => a * b, 1);
	const outer = dims.slice(0, axis).reduce((a, b) => a * b, 1);
	const result = new Float32Array(outer * inner);
	for (let i = 0; i < outer; i++) {
		const start = (i * size + size - 1) * inner;
		result.set(data.subarray(start, start + inner), i * inner);
	}
	const cut = dims.map((dim, i) => (i === axis ? 1 : dim));
	return createTensor('float32', cut, result);
}
