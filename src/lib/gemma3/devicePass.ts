import type { DeviceTensor } from '../runtime/deviceTensor.js';
import { createTensor, type Tensor } from '../tensor/tensor.js';
import type { LayerType } from './configuration.js';
import type { DecoderOutput } from './decoder.js';
import type { KeyValueCache } from './keyValueCache.js';

/** A pass whose outputs lie on the device; the caller disposes them. */
export interface DevicePass extends DecoderOutput {
	/** `[batch, queries, hiddenSize]` */
	readonly inputsEmbeds: Tensor;
	readonly layerTypes: readonly LayerType[];
	/** Tokens before the first query. */
	readonly pastLength: number;
	/** Past and new tokens. */
	readonly keyLength: number;
	readonly cache?: KeyValueCache;
}

export function disposePass(output: DecoderOutput): void {
	const { attentions, hiddenStates, products, added, logits } = output;
	logits?.dispose();
	for (const tensor of attentions.values()) tensor.dispose();
	for (const tensor of hiddenStates.values()) tensor.dispose();
	for (const { queries, keys } of products?.values() ?? []) {
		queries.dispose();
		keys.dispose();
	}
	for (const { attention, mlp } of added?.values() ?? []) {
		attention.dispose();
		mlp.dispose();
	}
}

/** One layer's attention, `[batch, heads, queries, keyLength]`; 0 for keys that a ring dropped. */
export async function readAttention(pass: DevicePass, layer: number): Promise<Tensor> {
	const tensor = pass.attentions.get(layer)!;
	const { data } = await tensor.readAll();
	const [batch, heads, rows, places] = tensor.dims;
	const queries = pass.inputsEmbeds.dims[1];
	const result = new Float32Array(batch * heads * queries * pass.keyLength);
	for (let plane = 0; plane < batch * heads; plane++) {
		const block = data.subarray(plane * rows * places, (plane * rows + queries) * places);
		const target = plane * queries * pass.keyLength;
		result.set(toPositions(pass, layer, block, places), target);
	}
	return createTensor('float32', [batch, heads, queries, pass.keyLength], result);
}

/**
 * Some rows of one head's attention in the order of the keys, `[queries × keyLength]`, of the first
 * batch row.
 */
export async function readAttentionRows(
	pass: DevicePass,
	layer: number,
	head: number,
	{ start, end }: { readonly start: number; readonly end: number }
): Promise<Float32Array> {
	const tensor = pass.attentions.get(layer)!;
	const [, , rows, places] = tensor.dims;
	const block = await tensor.read((head * rows + start) * places, (end - start) * places);
	return toPositions(pass, layer, block, places);
}

/** `[rows × keyLength]` from `[rows × places]`. */
function toPositions(pass: DevicePass, layer: number, block: Float32Array, places: number) {
	const { positions } = pass.layouts[pass.layerTypes[layer]];
	const rows = block.length / places;
	const result = new Float32Array(rows * pass.keyLength);
	for (let row = 0; row < rows; row++) {
		for (let place = 0; place < places; place++) {
			const position = positions[place];
			if (position >= 0) result[row * pass.keyLength + position] = block[row * places + place];
		}
	}
	return result;
}

/** One layer's states, `[batch, queries, hiddenSize]`. */
export async function readState(pass: DevicePass, layer: number): Promise<Tensor> {
	const state = await pass.hiddenStates.get(layer)!.readAll();
	const [batch, rows, width] = state.dims;
	const queries = pass.inputsEmbeds.dims[1];
	if (rows === queries) return state;
	const data = new Float32Array(batch * queries * width);
	for (let b = 0; b < batch; b++) {
		const start = b * rows * width;
		data.set(state.data.subarray(start, start + queries * width), b * queries * width);
	}
	return createTensor('float32', [batch, queries, width], data);
}

/** Some positions of a state as one tensor, `[positions, hiddenSize]`, of the first batch row. */
export async function readPositions(state: DeviceTensor, start: number, end: number) {
	const width = state.dims[2];
	const data = await state.read(start * width, (end - start) * width);
	return createTensor('float32', [end - start, width], data);
}
