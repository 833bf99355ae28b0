import type { Runtime } from '../runtime/runtime.js';
import { createWeightBuffers } from '../runtime/weightBuffers.js';
import { weightByteLength, type Weight } from '../tensor/packedMatrix.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Source } from '../sources/source.js';
import { createCausalMaskMapping } from './attentionMask.js';
import type { Gemma3Config } from './configuration.js';
import { Decoder, type DecoderFetches, type DecoderOptions } from './decoder.js';
import { disposePass, readAttention, readState, type DevicePass } from './devicePass.js';
import { tensorOf, type Weights } from './weights.js';
import { KeyValueCache } from './keyValueCache.js';
import type { CausalMaskDescription } from './maskDescription.js';
import { checkBatch, toEmbeddings, type Batch, type ForwardInput } from './modelInputs.js';
import { loadPretrained, type LoadOptions, type PretrainedOptions } from './pretrained.js';
import { rmsNorm } from './rmsNorm.js';

export interface TextModelOutput {
	/** After the final norm, `[batch, queries, hiddenSize]`. */
	readonly lastHiddenState: Tensor;
	/** `numHiddenLayers + 1` tensors `[batch, queries, hiddenSize]`: the scaled embedding first, after the final norm last. */
	readonly hiddenStates?: readonly Tensor[];
	/** One a layer, `[batch, heads, queries, past + queries]`, after softmax. */
	readonly attentions?: readonly Tensor[];
	readonly pastKeyValues?: KeyValueCache;
}

/** One pass as the decoder takes it: everything is given, and checked by whoever gives it. */
export interface PassInput {
	/** `[batch, queries, hiddenSize]`, scaled, images spliced in. */
	readonly inputsEmbeds: Tensor;
	/** `[batch][queries]` */
	readonly positionIds: Batch;
	/** Rows reach over past and new tokens. */
	readonly masks: Pick<
		CausalMaskDescription,
		'attentionMask' | 'tokenTypeIds' | 'blocks' | 'promptLength' | 'maskRule' | 'edits'
	>;
	readonly cache?: KeyValueCache;
}

/** The Gemma 3 decoder without a head. Ports Gemma3TextModel (transformers, modeling_gemma3.py). */
export class Gemma3TextModel {
	private constructor(
		readonly config: Gemma3Config,
		readonly embedTokens: Weight,
		readonly decoder: Decoder,
		readonly normWeight: Tensor,
		/** Bytes of weights held on the device and, for the embedding, here. */
		readonly weightBytes: number
	) {}

	get runtime(): Runtime {
		return this.decoder.runtime;
	}

	/** @throws SafetensorsError, SourceError, UnsupportedModelError, or AbortError */
	static async fromPretrained(source: Source, options: PretrainedOptions) {
		const { config, weights } = await loadPretrained(source, { head: 'none' }, options);
		return Gemma3TextModel.fromWeights(config, weights, options);
	}

	static async fromWeights(
		config: Gemma3Config,
		weights: Weights,
		{ runtime }: LoadOptions,
		options: DecoderOptions = {}
	) {
		const buffers = options.buffers ?? createWeightBuffers(runtime);
		const own = { ...options, buffers };
		const decoder = await Decoder.create(runtime, config.textConfig, weights, own);
		const embedding = weights.get('embed_tokens.weight')!;
		let weightBytes = 0;
		for (const [name, weight] of weights) {
			if (/^(layers\.|norm\.|embed_tokens\.)/.test(name)) weightBytes += weightByteLength(weight);
		}
		const norm = tensorOf(weights, 'norm.weight');
		return new Gemma3TextModel(config, embedding, decoder, norm, weightBytes);
	}

	/** The final norm, for states of earlier layers: `[positions, hiddenSize]`. */
	finalNorm(states: Tensor): Tensor {
		return rmsNorm(states, this.normWeight, this.config.textConfig.rmsNormEps);
	}

	/** One pass, with all outputs on this side. */
	async forward(input: ForwardInput): Promise<TextModelOutput> {
		const { numHiddenLayers } = this.config.textConfig;
		const every = Array.from({ length: numHiddenLayers }, (_, layer) => layer);
		const pass = await this.run(input, {
			attentions: input.outputAttentions ? every : [],
			hiddenStates: input.outputHiddenStates ? every.slice(1) : []
		});
		try {
			const lastHiddenState = await readState(pass, numHiddenLayers);
			const output: { -readonly [K in keyof TextModelOutput]: TextModelOutput[K] } = {
				lastHiddenState
			};
			if (input.outputHiddenStates) {
				const inner = await inTurn(every.slice(1), (layer) => readState(pass, layer));
				output.hiddenStates = [pass.inputsEmbeds, ...inner, lastHiddenState];
			}
			if (input.outputAttentions) {
				output.attentions = await inTurn(every, (layer) => readAttention(pass, layer));
			}
			if (pass.cache !== undefined) output.pastKeyValues = pass.cache;
			return output;
		} finally {
			disposePass(pass);
		}
	}

	/** One pass, with the wanted outputs left on the device. */
	async run(input: ForwardInput, fetches: DecoderFetches): Promise<DevicePass> {
		const { textConfig } = this.config;
		const inputsEmbeds = toEmbeddings(input, this.embedTokens, this.config);
		const [batch, queries] = inputsEmbeds.dims;
		const fresh = input.useCache ? new KeyValueCache(this.runtime, textConfig, batch) : undefined;
		const cache = input.pastKeyValues ?? fresh;
		const pastLength = cache?.length ?? 0;
		checkBatch('attentionMask', input.attentionMask, batch, pastLength + queries);
		checkBatch('positionIds', input.positionIds, batch, queries);
		checkBatch('tokenTypeIds', input.tokenTypeIds, batch, queries);
		const counted = Array.from({ length: queries }, (_, query) => pastLength + query);
		const positionIds = input.positionIds ?? Array.from({ length: batch }, () => counted);
		const masks = {
			attentionMask: input.attentionMask,
			tokenTypeIds: input.tokenTypeIds,
			maskRule: input.maskRule,
			edits: input.edits
		};
		return this.pass({ inputsEmbeds, positionIds, masks, cache }, fetches, input.signal);
	}

	/**
	 * One pass of checked inputs, with the wanted outputs left on the device.
	 *
	 * @throws RangeError if the tokens do not fit the context, or DeviceLostError, or AbortError
	 */
	async pass(
		{ inputsEmbeds, positionIds, masks, cache }: PassInput,
		fetches: DecoderFetches,
		signal?: AbortSignal
	): Promise<DevicePass> {
		const { textConfig } = this.config;
		const [batchSize, queryLength] = inputsEmbeds.dims;
		const pastLength = cache?.length ?? 0;
		const keyLength = pastLength + queryLength;
		if (keyLength > textConfig.maxPositionEmbeddings) {
			throw new RangeError(
				`${keyLength} tokens do not fit the context of ${textConfig.maxPositionEmbeddings}; shorten the prompt`
			);
		}
		const { layers } = createCausalMaskMapping({
			...masks,
			config: textConfig,
			batchSize,
			queryLength,
			pastLength
		});
		const input = { inputsEmbeds, positionIds, masks: layers, cache };
		const output = await this.decoder.run(input, fetches, signal);
		const { layerTypes } = textConfig;
		return { ...output, inputsEmbeds, layerTypes, pastLength, keyLength, cache };
	}

	dispose(): Promise<void> {
		return this.decoder.dispose();
	}
}

/** Reads one after another: each read waits for the device anyway. */
async function inTurn<T, R>(items: readonly T[], read: (item: T) => Promise<R>): Promise<R[]> {
	const results: R[] = [];
	for (const item of items) results.push(await read(item));
	return results;
}
