import type * as Ort from 'onnxruntime-web';
import { GraphBuilder, type OnnxModel } from '../onnx/graphBuilder.js';
import { DeviceTensor } from '../runtime/deviceTensor.js';
import type { InputBuffers } from '../runtime/inputBuffers.js';
import type { Runtime, Session } from '../runtime/runtime.js';
import type { WeightBuffers } from '../runtime/weightBuffers.js';
import type { Gemma3TextConfig } from './configuration.js';
import type { DecoderFetches, DecoderInput, DecoderOutput } from './decoder.js';
import { inputFeeds, maskFeeds } from './decoderFeeds.js';
import { buildPromptGraph } from './decoderGraph.js';
import type { CacheLayout } from './cacheLayout.js';
import type { CacheLayouts, KeyValueCache } from './keyValueCache.js';
import type { Weights } from './weights.js';

/**
 * Runs tokens of one prompt into a cache, through a graph of its own that gives out nothing but the
 * last state. WebGPU only, where the weights are shared and the time is that of the dispatches.
 */
export class PromptDecoder {
	readonly #model: OnnxModel;
	#session: Promise<Session> | undefined;

	constructor(
		readonly runtime: Runtime,
		readonly config: Gemma3TextConfig,
		weights: Weights,
		readonly buffers: WeightBuffers
	) {
		const { maxWeightBytes } = runtime;
		const graph = new GraphBuilder({ weightInputs: true, maxWeightBytes });
		this.#model = buildPromptGraph(config, weights, graph);
	}

	/** Whether a pass asks for no more than this graph gives, and has one mask for all heads. */
	takes({ inputsEmbeds, masks }: DecoderInput, fetches: DecoderFetches): boolean {
		const { attentions = [], hiddenStates = [], products = [], added = [] } = fetches;
		return (
			inputsEmbeds.dims[0] === 1 &&
			masks.every(({ dims: [, heads] }) => heads === 1) &&
			attentions.length + products.length + added.length === 0 &&
			hiddenStates.every((layer) => layer === this.config.numHiddenLayers)
		);
	}

	async run(
		input: DecoderInput,
		cache: KeyValueCache,
		layouts: CacheLayouts,
		rows: number,
		inputs: InputBuffers,
		signal?: AbortSignal
	): Promise<DecoderOutput> {
		const { config } = this;
		const isFlat = config.numKeyValueHeads === 1;
		const past: Record<string, Ort.Tensor> = {};
		const present: Record<string, Ort.Tensor | null> = {};
		const used = isFlat ? narrow(layouts) : layouts;
		const entries = isFlat
			? cache.storage!.handles(([, , , width], layer) => [
					used[config.layerTypes[layer]].capacity,
					width
				])
			: cache.entries;
		entries.forEach((entry, layer) => {
			for (const part of ['key', 'value'] as const) {
				past[`past.${layer}.${part}`] = present[`present.${layer}.${part}`] = entry[part];
			}
		});
		const feeds = () => ({
			...inputFeeds(inputs, config, input, rows, used, isFlat),
			...maskFeeds(inputs, config, input.masks, rows, used, isFlat),
			...past
		});
		const state = `hidden_states.${config.numHiddenLayers}`;
		const session = await this.#open();
		const outputs = await session.run(feeds, { ...present, [state]: null }, signal);
		const hidden = new DeviceTensor(this.runtime, outputs[state]);
		return {
			attentions: new Map(),
			hiddenStates: new Map([[config.numHiddenLayers, hidden]]),
			layouts
		};
	}

	async dispose(): Promise<void> {
		await this.#session?.then((session) => session.dispose());
	}

	#open(): Promise<Session> {
		this.#session ??= this.runtime.createSession(this.#model, this.buffers);
		// One that failed is tried again by the next pass.
		this.#session.catch(() => (this.#session = undefined));
		return this.#session;
	}
}

/**
 * The layouts up to the last place that is in use, as a power of two: a prompt in a cache with room to
 * grow need not look at the rest of it.
 */
function narrow(layouts: CacheLayouts): CacheLayouts {
	const cut = ({ capacity, positions, rows }: CacheLayout): CacheLayout => {
		const lastRow = rows.reduce((last, row) => Math.max(last, row), 0);
		const lastKey = positions.findLastIndex((position) => position >= 0);
		const places = Math.min(capacity, 2 ** Math.ceil(Math.log2(Math.max(lastRow, lastKey) + 1)));
		return { capacity: places, positions: positions.subarray(0, places), rows };
	};
	return {
		full_attention: cut(layouts.full_attention),
		sliding_attention: cut(layouts.sliding_attention)
	};
}
