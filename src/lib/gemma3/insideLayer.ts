import { createTensor, type Tensor } from '../tensor/tensor.js';
import type { Gemma3TextConfig } from './configuration.js';
import type { DevicePass } from './devicePass.js';

/** What one layer's attention multiplied, of the first prompt of a pass. */
export interface LayerFactors {
	/** After norm and RoPE, scaled, `[heads, rows, headDim]`; rows of padding may follow. */
	readonly queries: Tensor;
	/** `[kvHeads, rows, headDim]` */
	readonly keys: Tensor;
	/** Tokens of the pass. */
	readonly length: number;
}

/** Reads what a pass was asked to keep as `products` of a layer. */
export async function readFactors(pass: DevicePass, layer: number): Promise<LayerFactors> {
	const { queries, keys } = pass.products!.get(layer)!;
	const first = async (tensor: typeof queries) => {
		const [, heads, rows, width] = tensor.dims;
		const data = await tensor.read(0, heads * rows * width);
		return createTensor('float32', [heads, rows, width], data);
	};
	return {
		queries: await first(queries),
		keys: await first(keys),
		length: pass.inputsEmbeds.dims[1]
	};
}

/**
 * q · k of one query with every key, closed ones too, before scale and mask: `[heads, length]`.
 * `softmaxStages` of these are the attention weights.
 */
export function queryKeyProducts(
	{ queries, keys, length }: LayerFactors,
	{ numAttentionHeads, numKeyValueHeads, headDim, queryPreAttnScalar }: Gemma3TextConfig,
	query: number
): Tensor {
	const rows = queries.dims[1];
	const data = new Float32Array(numAttentionHeads * length);
	// The graph scales the queries; here the product is wanted as it was before.
	const unscale = Math.sqrt(queryPreAttnScalar);
	for (let head = 0; head < numAttentionHeads; head++) {
		const group = Math.floor((head * numKeyValueHeads) / numAttentionHeads);
		const q = queries.data.subarray((head * rows + query) * headDim);
		for (let key = 0; key < length; key++) {
			const k = keys.data.subarray((group * rows + key) * headDim);
			let sum = 0;
			for (let i = 0; i < headDim; i++) sum += q[i] * k[i];
			data[head * length + key] = sum * unscale;
		}
	}
	return createTensor('float32', [numAttentionHeads, length], data);
}

/** What attention and the MLP of a layer each added, of the first prompt: `[2, length, hiddenSize]`. */
export async function readAdded(pass: DevicePass, layer: number): Promise<Tensor> {
	const { attention, mlp } = pass.added!.get(layer)!;
	const [, length, width] = pass.inputsEmbeds.dims;
	const data = new Float32Array(2 * length * width);
	data.set(await attention.read(0, length * width));
	data.set(await mlp.read(0, length * width), length * width);
	return createTensor('float32', [2, length, width], data);
}
