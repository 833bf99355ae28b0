import type * as Ort from 'onnxruntime-web';
import type { OnnxModel } from '../onnx/graphBuilder.js';
import { InputBuffers } from '../runtime/inputBuffers.js';
import type { Runtime, Session } from '../runtime/runtime.js';
import type { WeightBuffers } from '../runtime/weightBuffers.js';
import { toAdditiveMask, type AttentionMask } from './attentionMask.js';
import type { CacheStorage } from './cacheStorage.js';
import type { Gemma3TextConfig } from './configuration.js';
import type { DecoderInput } from './decoder.js';
import { inputFeeds } from './decoderFeeds.js';
import type { CacheLayouts } from './keyValueCache.js';

export interface TokenPassOptions {
	readonly runtime: Runtime;
	readonly config: Gemma3TextConfig;
	readonly model: OnnxModel;
	readonly weights: WeightBuffers;
	readonly storage: CacheStorage;
	/** Each layer has a mask of its own, for every head; else layers of one kind share one. */
	readonly hasOwnMasks: boolean;
	/** Records the first run on the GPU and repeats it. */
	readonly capturesGraph: boolean;
}

/**
 * The token graph over one cache's memory. Every run reads and writes the same buffers, so that the
 * GPU's work is recorded once and repeated: then a token costs no more than writing its inputs.
 */
export class TokenPass {
	readonly #buffers: InputBuffers;
	readonly #cache: Readonly<Record<string, Ort.Tensor>>;

	private constructor(
		readonly options: TokenPassOptions,
		readonly session: Session
	) {
		this.#buffers = new InputBuffers(options.runtime);
		this.#cache = this.#cacheTensors();
	}

	static async create(options: TokenPassOptions): Promise<TokenPass> {
		const { runtime, model, weights, capturesGraph } = options;
		const session = await runtime.createSession(model, weights, capturesGraph);
		return new TokenPass(options, session);
	}

	/** All of the graph's outputs but the cache. They are valid until the next run. */
	async run(
		input: DecoderInput,
		layouts: CacheLayouts,
		signal?: AbortSignal
	): Promise<Record<string, Ort.Tensor>> {
		const { config } = this.options;
		const feeds = () => ({
			...inputFeeds(this.#buffers, config, input, 1, layouts, config.numKeyValueHeads === 1),
			...this.#maskFeeds(input.masks, layouts),
			...this.#part('past')
		});
		const present = this.#part('present');
		const fetches: Record<string, Ort.Tensor | null> = { ...present, logits: null };
		for (let layer = 0; layer < config.numHiddenLayers; layer++) {
			fetches[`attentions.${layer}`] = null;
			fetches[`hidden_states.${layer + 1}`] = null;
		}
		const outputs = await this.session.run(feeds, fetches, signal);
		for (const name of Object.keys(present)) {
			// A repeated run gives the cache back as further handles of it.
			if (outputs[name] !== present[name]) outputs[name].dispose();
			delete outputs[name];
		}
		return outputs;
	}

	async dispose(): Promise<void> {
		await this.session.dispose();
		this.#buffers.dispose();
	}

	#maskFeeds(masks: readonly AttentionMask[], layouts: CacheLayouts) {
		const { config, hasOwnMasks } = this.options;
		const feeds: Record<string, Ort.Tensor> = {};
		const shared = new Map<string, Ort.Tensor>();
		masks.forEach((mask, layer) => {
			const kind = config.layerTypes[layer];
			const name = hasOwnMasks ? `mask.${layer}` : `mask.${kind}`;
			let tensor = shared.get(name);
			if (tensor === undefined) {
				const { data } = toAdditiveMask(mask, { positions: layouts[kind].positions });
				tensor = this.#maskTensor(name, data, layouts[kind].capacity);
				shared.set(name, tensor);
			}
			feeds[`mask.${layer}`] = tensor;
		});
		return feeds;
	}

	/** @param data `[1 or heads, places]` */
	#maskTensor(name: string, data: Float32Array, places: number): Ort.Tensor {
		const { config, hasOwnMasks } = this.options;
		const { numAttentionHeads, numKeyValueHeads: groups } = config;
		const lead = groups === 1 ? [] : [1, hasOwnMasks ? groups : 1];
		if (!hasOwnMasks) return this.#float(name, data, [...lead, 1, places]);
		const heads = new Float32Array(numAttentionHeads * places);
		for (let start = 0; start < heads.length; start += data.length) heads.set(data, start);
		return this.#float(name, heads, [...lead, numAttentionHeads / groups, places]);
	}

	/** The cache's memory as the graph names and shapes it. */
	#cacheTensors(): Record<string, Ort.Tensor> {
		const { config, storage } = this.options;
		const tensors: Record<string, Ort.Tensor> = {};
		const lead = config.numKeyValueHeads === 1 ? 2 : 0;
		storage
			.handles((dims) => dims.slice(lead))
			.forEach(({ key, value }, layer) => {
				tensors[`${layer}.key`] = key;
				tensors[`${layer}.value`] = value;
			});
		return tensors;
	}

	#part(prefix: 'past' | 'present'): Record<string, Ort.Tensor> {
		const entries = Object.entries(this.#cache);
		return Object.fromEntries(entries.map(([name, tensor]) => [`${prefix}.${name}`, tensor]));
	}

	#float(name: string, data: Float32Array, dims: readonly number[]): Ort.Tensor {
		return this.#buffers.tensor(name, 'float32', data, dims);
	}
}
