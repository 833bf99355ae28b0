import type * as Ort from 'onnxruntime-web';
import { DeviceTensor } from '../runtime/deviceTensor.js';
import type { Runtime, Session } from '../runtime/runtime.js';
import type { Tensor } from '../tensor/tensor.js';
import { toAdditiveMask, type AttentionMask } from './attentionMask.js';
import type { Gemma3TextConfig } from './configuration.js';
import { buildDecoderGraph } from './decoderGraph.js';
import type { Weights } from './weights.js';
import type { KeyValueCache } from './keyValueCache.js';
import { ropeTables } from './rope.js';

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
}

/** What a run left on the device. The caller disposes every tensor. */
export interface DecoderOutput {
	/** By layer, `[batch, heads, queries, keyCapacity]`; keys beyond `past + queries` are padding. */
	readonly attentions: ReadonlyMap<number, DeviceTensor>;
	/** By layer, `[batch, queries, hiddenSize]`; the last one, after the final norm, is always there. */
	readonly hiddenStates: ReadonlyMap<number, DeviceTensor>;
}

/** The decoder of one checkpoint, loaded on one device. */
export class Decoder {
	private constructor(
		readonly runtime: Runtime,
		readonly config: Gemma3TextConfig,
		readonly session: Session
	) {}

	static async create(runtime: Runtime, config: Gemma3TextConfig, weights: Weights) {
		const session = await runtime.createSession(buildDecoderGraph(config, weights));
		return new Decoder(runtime, config, session);
	}

	/**
	 * One forward pass.
	 *
	 * @throws DeviceLostError, or the signal's reason if it is aborted before the pass starts
	 */
	async run(
		input: DecoderInput,
		fetches: DecoderFetches,
		signal?: AbortSignal
	): Promise<DecoderOutput> {
		const { cache } = input;
		const [, queries] = input.inputsEmbeds.dims;
		await cache?.reserve(cache.length + queries);
		const feeds = {
			...this.#inputFeeds(input),
			...this.#maskFeeds(input.masks, cache?.capacity ?? queries),
			...this.#cacheFeeds(input)
		};
		const layers = this.config.layerTypes.keys();
		const attentions = new Set(fetches.attentions);
		const hiddenStates = new Set(fetches.hiddenStates).add(this.config.numHiddenLayers);
		// On the GPU the cache is handed over whole; on the CPU only what is new is copied.
		const part = this.runtime.device === 'webgpu' ? 'present' : 'new';
		const cacheNames = [...(cache ? layers : [])].flatMap((layer) => [
			`${part}.${layer}.key`,
			`${part}.${layer}.value`
		]);
		const names = [
			...[...attentions].map((layer) => `attentions.${layer}`),
			...[...hiddenStates].map((layer) => `hidden_states.${layer}`),
			...cacheNames
		];
		const outputs = await this.session.run(feeds, names, signal);
		if (cache !== undefined) this.#updateCache(cache, outputs, queries);
		const collect = (prefix: string, chosen: Set<number>) =>
			new Map(
				[...chosen].map((layer) => [
					layer,
					new DeviceTensor(this.runtime, outputs[`${prefix}.${layer}`])
				])
			);
		return {
			attentions: collect('attentions', attentions),
			hiddenStates: collect('hidden_states', hiddenStates)
		};
	}

	dispose(): Promise<void> {
		return this.session.dispose();
	}

	#inputFeeds({ inputsEmbeds, positionIds }: DecoderInput) {
		const { Tensor } = this.runtime.ort;
		const [batch, queries] = inputsEmbeds.dims;
		const rows = BigInt64Array.from({ length: batch * queries }, (_, row) => BigInt(row));
		const feeds: Record<string, Ort.Tensor> = {
			inputs_embeds: new Tensor('float32', inputsEmbeds.data, inputsEmbeds.dims),
			rope_rows: new Tensor('int64', rows, [batch, queries])
		};
		const { headDim } = this.config;
		for (const kind of new Set(this.config.layerTypes)) {
			const tables = ropeTables(this.config.ropeParameters[kind], headDim, positionIds.flat());
			const dims = [batch * queries, headDim / 2];
			feeds[`rope_cos.${kind}`] = new Tensor('float32', tables.cos, dims);
			feeds[`rope_sin.${kind}`] = new Tensor('float32', tables.sin, dims);
		}
		return feeds;
	}

	#maskFeeds(masks: readonly AttentionMask[], keyCapacity: number) {
		const tensors = new Map<AttentionMask, Ort.Tensor>();
		const feeds: Record<string, Ort.Tensor> = {};
		masks.forEach((mask, layer) => {
			let tensor = tensors.get(mask);
			if (tensor === undefined) {
				const additive = toAdditiveMask(mask, { keyCapacity });
				tensor = new this.runtime.ort.Tensor('float32', additive.data, additive.dims);
				tensors.set(mask, tensor);
			}
			feeds[`mask.${layer}`] = tensor;
		});
		return feeds;
	}

	#cacheFeeds({ inputsEmbeds, cache }: DecoderInput) {
		const { Tensor } = this.runtime.ort;
		const [batch, queries] = inputsEmbeds.dims;
		const { numKeyValueHeads: heads, headDim } = this.config;
		const rows = new BigInt64Array(batch * heads * queries * 3);
		let at = 0;
		for (let b = 0; b < batch; b++) {
			for (let head = 0; head < heads; head++) {
				for (let query = 0; query < queries; query++) {
					rows[at++] = BigInt(b);
					rows[at++] = BigInt(head);
					rows[at++] = BigInt((cache?.length ?? 0) + query);
				}
			}
		}
		const feeds: Record<string, Ort.Tensor> = {
			cache_rows: new Tensor('int64', rows, [batch, heads, queries, 3])
		};
		// Without a cache every row is overwritten, so one array of any content serves all layers.
		const dims = [batch, heads, queries, headDim];
		const empty = cache ? undefined : new Float32Array(batch * heads * queries * headDim);
		for (let layer = 0; layer < this.config.numHiddenLayers; layer++) {
			for (const part of ['key', 'value'] as const) {
				feeds[`past.${layer}.${part}`] =
					cache?.entries[layer][part] ?? new Tensor('float32', empty!, dims);
			}
		}
		return feeds;
	}

	#updateCache(cache: KeyValueCache, outputs: Record<string, Ort.Tensor>, queries: number) {
		for (let layer = 0; layer < this.config.numHiddenLayers; layer++) {
			if (this.runtime.device === 'webgpu') {
				const key = outputs[`present.${layer}.key`];
				cache.replace(layer, { key, value: outputs[`present.${layer}.value`] });
			} else {
				const key = outputs[`new.${layer}.key`].data as Float32Array;
				cache.append(layer, key, outputs[`new.${layer}.value`].data as Float32Array);
			}
		}
		cache.length += queries;
	}
}
