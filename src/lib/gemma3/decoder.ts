import type * as Ort from 'onnxruntime-web';
import { GraphBuilder } from '../onnx/graphBuilder.js';
import { DeviceTensor } from '../runtime/deviceTensor.js';
import { InputBuffers } from '../runtime/inputBuffers.js';
import type { Runtime, Session } from '../runtime/runtime.js';
import type { WeightBuffers } from '../runtime/weightBuffers.js';
import type { Tensor } from '../tensor/tensor.js';
import type { AttentionMask } from './attentionMask.js';
import { plainLayout } from './cacheLayout.js';
import { CachePool } from './cacheStorage.js';
import type { Gemma3TextConfig } from './configuration.js';
import { inputFeeds, maskFeeds, probeFeeds } from './decoderFeeds.js';
import { buildDecoderGraph } from './decoderGraph.js';
import type { CacheLayouts, KeyValueCache } from './keyValueCache.js';
import { padQueries } from './passSizes.js';
import { PromptDecoder } from './promptDecoder.js';
import { TokenDecoder } from './tokenDecoder.js';
import type { Weights } from './weights.js';

export interface DecoderInput {
	/** `[batch, queries, hiddenSize]`, scaled. */
	readonly inputsEmbeds: Tensor;
	/** `[batch][queries]` */
	readonly positionIds: readonly (readonly number[])[];
	/** One a layer, `[batch, 1 or heads, queries, past + queries]`. */
	readonly masks: readonly AttentionMask[];
	/** Appended to; without it the run sees only its own tokens. */
	readonly cache?: KeyValueCache;
}

/** Which outputs to keep. Layers of `hiddenStates` count from 1; 0 is the input itself. */
export interface DecoderFetches {
	readonly attentions?: readonly number[];
	readonly hiddenStates?: readonly number[];
	/** Layers whose queries and keys are wanted; not from a pass of one token with a cache on WebGPU. */
	readonly products?: readonly number[];
	/** Layers of which to keep what attention and the MLP each add; as above. */
	readonly added?: readonly number[];
}

/** What attention multiplies, after norm and RoPE; queries are scaled by queryPreAttnScalar^-½. */
export interface AttentionFactors {
	/** `[batch, heads, rows, headDim]` */
	readonly queries: DeviceTensor;
	/** Of this pass alone, `[batch, kvHeads, rows, headDim]`. */
	readonly keys: DeviceTensor;
}

/** What the halves of a layer add to the residual stream, `[batch, rows, hiddenSize]` each. */
export interface AddedStates {
	readonly attention: DeviceTensor;
	readonly mlp: DeviceTensor;
}

/**
 * What a run left on the device. The caller disposes every tensor. On WebGPU there may be rows of
 * padding behind the queries.
 */
export interface DecoderOutput {
	/** By layer, `[batch, heads, rows, places]`; `layouts` says which key lies at which place. */
	readonly attentions: ReadonlyMap<number, DeviceTensor>;
	/** By layer, `[batch, rows, hiddenSize]`; the last one, after the final norm, is always there. */
	readonly hiddenStates: ReadonlyMap<number, DeviceTensor>;
	/** By layer; what was asked for. */
	readonly products?: ReadonlyMap<number, AttentionFactors>;
	readonly added?: ReadonlyMap<number, AddedStates>;
	readonly layouts: CacheLayouts;
	/** `[1, vocabSize]`, where the pass computed them too: of one token of one prompt on WebGPU. */
	readonly logits?: DeviceTensor;
}

export interface DecoderOptions {
	/** Lets passes of one token give logits, with this soft-capping or none (null). */
	readonly softcapping?: number | null;
	/** Where the weights lie on the GPU; needed there. */
	readonly buffers?: WeightBuffers;
}

/** The decoder of one checkpoint, loaded on one device. */
export class Decoder {
	readonly #buffers: InputBuffers;
	/** For caches whose memory is to be used again. */
	readonly pool = new CachePool();

	private constructor(
		readonly runtime: Runtime,
		readonly config: Gemma3TextConfig,
		readonly session: Session,
		/** For a prompt into a cache, where nothing else is wanted of it. */
		readonly promptDecoder: PromptDecoder | undefined,
		/** For one token of one prompt. */
		readonly tokenDecoder: TokenDecoder | undefined,
		readonly weights: WeightBuffers | undefined
	) {
		this.#buffers = new InputBuffers(runtime);
	}

	static async create(
		runtime: Runtime,
		config: Gemma3TextConfig,
		weights: Weights,
		{ softcapping, buffers }: DecoderOptions = {}
	) {
		const { maxWeightBytes } = runtime;
		const graph = new GraphBuilder({ weightInputs: buffers !== undefined, maxWeightBytes });
		const session = await runtime.createSession(buildDecoderGraph(config, weights, graph), buffers);
		// Without shared buffers a second graph would hold the weights a second time.
		const promptDecoder = buffers && new PromptDecoder(runtime, config, weights, buffers);
		const tokenDecoder =
			buffers && softcapping !== undefined
				? new TokenDecoder(runtime, config, weights, softcapping, buffers)
				: undefined;
		return new Decoder(runtime, config, session, promptDecoder, tokenDecoder, buffers);
	}

	/**
	 * One forward pass.
	 *
	 * @throws RangeError if the pass is too long for the cache's ring, DeviceLostError, or the
	 * signal's reason if it is aborted before the pass starts
	 */
	async run(
		input: DecoderInput,
		fetches: DecoderFetches,
		signal?: AbortSignal
	): Promise<DecoderOutput> {
		const { cache } = input;
		const [batch, queries] = input.inputsEmbeds.dims;
		// Shapes enter the key of a compiled pipeline, so on WebGPU there are only a few of them.
		const rows = this.runtime.device === 'webgpu' ? padQueries(queries) : queries;
		const layouts = (await cache?.prepare(queries, rows)) ?? toLayouts(plainLayout(queries, rows));
		if (this.tokenDecoder !== undefined && cache !== undefined && batch * queries === 1) {
			const output = await this.tokenDecoder.run(input, cache.storage!, layouts, fetches, signal);
			cache.append(1);
			return output;
		}
		if (cache !== undefined && this.promptDecoder?.takes(input, fetches)) {
			const buffers = this.#buffers;
			const output = await this.promptDecoder.run(input, cache, layouts, rows, buffers, signal);
			cache.append(queries);
			return output;
		}
		const { products = [], added = [] } = fetches;
		const probes = products.length + added.length > 0 ? rows : 1;
		const feeds = () => ({
			...inputFeeds(this.#buffers, this.config, input, rows, layouts),
			...probeFeeds(this.#buffers, probes),
			...maskFeeds(this.#buffers, this.config, input.masks, rows, layouts),
			...this.#cacheFeeds(input, rows)
		});
		const attentions = new Set(fetches.attentions);
		const hiddenStates = new Set(fetches.hiddenStates).add(this.config.numHiddenLayers);
		const wanted: Record<string, Ort.Tensor | null> = { ...this.#cacheFetches(cache) };
		for (const layer of attentions) wanted[`attentions.${layer}`] = null;
		for (const layer of hiddenStates) wanted[`hidden_states.${layer}`] = null;
		for (const layer of products) {
			wanted[`queries.${layer}`] = null;
			wanted[`new.${layer}.key`] = null;
		}
		for (const layer of added) {
			wanted[`attention_added.${layer}`] = null;
			wanted[`mlp_added.${layer}`] = null;
		}
		const outputs = await this.session.run(feeds, wanted, signal);
		if (cache !== undefined) this.#updateCache(cache, outputs, queries, layouts);
		const output = (name: string) => new DeviceTensor(this.runtime, outputs[name]);
		const collect = <T>(chosen: Iterable<number>, toValue: (layer: number) => T) =>
			new Map(Array.from(chosen, (layer) => [layer, toValue(layer)]));
		return {
			attentions: collect(attentions, (layer) => output(`attentions.${layer}`)),
			hiddenStates: collect(hiddenStates, (layer) => output(`hidden_states.${layer}`)),
			products: collect(products, (layer) => ({
				queries: output(`queries.${layer}`),
				keys: output(`new.${layer}.key`)
			})),
			added: collect(added, (layer) => ({
				attention: output(`attention_added.${layer}`),
				mlp: output(`mlp_added.${layer}`)
			})),
			layouts
		};
	}

	async dispose(): Promise<void> {
		await this.session.dispose();
		await this.promptDecoder?.dispose();
		this.pool.dispose();
		await this.tokenDecoder?.dispose();
		this.#buffers.dispose();
		this.weights?.dispose();
	}

	#cacheFeeds({ inputsEmbeds, cache }: DecoderInput, rows: number) {
		const [batch] = inputsEmbeds.dims;
		const { numKeyValueHeads: heads, headDim } = this.config;
		const feeds: Record<string, Ort.Tensor> = {};
		// Without a cache every row is overwritten, so one array of any content serves all layers.
		const dims = [batch, heads, rows, headDim];
		const empty = cache
			? undefined
			: this.#buffers.tensor(
					'past',
					'float32',
					new Float32Array(batch * heads * rows * headDim),
					dims
				);
		for (let layer = 0; layer < this.config.numHiddenLayers; layer++) {
			for (const part of ['key', 'value'] as const) {
				feeds[`past.${layer}.${part}`] = cache?.entries[layer][part] ?? empty!;
			}
		}
		return feeds;
	}

	/** On the GPU a run writes into the cache itself; on the CPU what it adds is copied in afterwards. */
	#cacheFetches(cache: KeyValueCache | undefined) {
		const fetches: Record<string, Ort.Tensor | null> = {};
		cache?.entries.forEach((entry, layer) => {
			for (const part of ['key', 'value'] as const) {
				if (this.runtime.device === 'webgpu') fetches[`present.${layer}.${part}`] = entry[part];
				else fetches[`new.${layer}.${part}`] = null;
			}
		});
		return fetches;
	}

	#updateCache(
		cache: KeyValueCache,
		outputs: Record<string, Ort.Tensor>,
		queries: number,
		layouts: CacheLayouts
	) {
		if (this.runtime.device === 'wasm') {
			for (const [layer, kind] of this.config.layerTypes.entries()) {
				const { rows } = layouts[kind];
				cache.write(layer, rows, outputs[`new.${layer}.key`], outputs[`new.${layer}.value`]);
			}
		}
		cache.append(queries);
	}
}

function toLayouts(layout: CacheLayouts['full_attention']): CacheLayouts {
	return { full_attention: layout, sliding_attention: layout };
}
