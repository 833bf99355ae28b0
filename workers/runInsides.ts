import { disposePass } from '../src/lib/gemma3/devicePass.js';
import {
	queryKeyProducts,
	readAdded,
	readFactors,
	type LayerFactors
} from '../src/lib/gemma3/insideLayer.js';
import { createTensor, type Tensor } from '../src/lib/tensor/tensor.js';
import type { ProductsRequest } from '../src/lib/trace/trace.js';
import { checkIndex } from './checks.js';
import type { LoadedModel } from './loadedModel.js';
import type { RunInput } from './modelRun.js';

/** Bytes of added states that one pass may leave on the device; more take another pass. */
const ADDED_BUDGET = 128 * 2 ** 20;

/**
 * What happens within the layers of a run, by passes of its own: a run is not asked to keep it, as it
 * is as large as all hidden states, twice.
 */
export class RunInsides {
	readonly #model: LoadedModel['model'];
	readonly #input: RunInput;
	#factors: { readonly layer: number; readonly value: LayerFactors } | undefined;
	#added: Tensor | undefined;

	constructor(model: LoadedModel['model'], input: RunInput) {
		this.#model = model;
		this.#input = input;
	}

	/** q · k of one query before scale and mask, `[heads, keys]`; one pass a layer. */
	async products({ layer, query }: ProductsRequest, signal?: AbortSignal): Promise<Tensor> {
		const { textConfig } = this.#model.config;
		checkIndex('layer', layer, textConfig.numHiddenLayers);
		checkIndex('query', query, this.#input.inputIds[0].length);
		if (this.#factors?.layer !== layer) {
			const pass = await this.#pass({ products: [layer] }, signal);
			try {
				this.#factors = { layer, value: await readFactors(pass, layer) };
			} finally {
				disposePass(pass);
			}
		}
		return queryKeyProducts(this.#factors.value, textConfig, query);
	}

	/** Lengths of what attention and the MLP of each layer added, `[2, layers, positions]`. */
	async addedLengths(signal?: AbortSignal): Promise<Tensor> {
		if (this.#added) return this.#added;
		const { numHiddenLayers: layers, hiddenSize } = this.#model.config.textConfig;
		const { length } = this.#input.inputIds[0];
		const step = Math.max(1, Math.floor(ADDED_BUDGET / (2 * length * hiddenSize * 4)));
		const data = new Float32Array(2 * layers * length);
		for (let start = 0; start < layers; start += step) {
			const end = Math.min(layers, start + step);
			const chosen = Array.from({ length: end - start }, (_, i) => start + i);
			const pass = await this.#pass({ added: chosen }, signal);
			try {
				for (const layer of chosen) {
					const added = await readAdded(pass, layer);
					for (let part = 0; part < 2; part++) {
						const lengths = rowLengths(added, part * length, length);
						data.set(lengths, (part * layers + layer) * length);
					}
				}
			} finally {
				disposePass(pass);
			}
		}
		this.#added = createTensor('float32', [2, layers, length], data);
		return this.#added;
	}

	#pass(
		fetches: { products?: readonly number[]; added?: readonly number[] },
		signal?: AbortSignal
	) {
		return this.#model.model.run({ ...this.#input, signal }, fetches);
	}
}

/** Euclidean lengths of `count` rows from `start` on. */
function rowLengths({ dims, data }: Tensor, start: number, count: number): Float32Array {
	const width = dims[dims.length - 1];
	return Float32Array.from({ length: count }, (_, row) => {
		let squares = 0;
		for (let i = (start + row) * width, end = i + width; i < end; i++) squares += data[i] ** 2;
		return Math.sqrt(squares);
	});
}
