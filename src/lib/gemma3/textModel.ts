import type { DeviceTensor } from '../runtime/deviceTensor.js';
import type { Runtime } from '../runtime/runtime.js';
import { createTensor, type Tensor } from '../tensor/tensor.js';
import type { Source } from '../sources/source.js';
import { createCausalMaskMapping } from './attentionMask.js';
import type { Gemma3Config } from './configuration.js';
import { Decoder, type DecoderOutput } from './decoder.js';
import type { Weights } from './weights.js';
import { KeyValueCache } from './keyValueCache.js';
import { checkBatch, cutLastAxis, toEmbeddings, type ForwardInput } from './modelInputs.js';
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

/** A pass whose outputs lie on the device; the caller disposes them. */
export interface DevicePass extends DecoderOutput {
	/** `[batch, queries, hiddenSize]` */
	readonly inputsEmbeds: Tensor;
	/** Past and new tokens. */
	readonly keyLength: number;
	readonly cache?: KeyValueCache;
}

/** The Gemma 3 decoder without a head. Ports Gemma3TextModel (transformers, modeling_gemma3.py). */
export class Gemma3TextModel {
	private constructor(
		readonly config: Gemma3Config,
		readonly embedTokens: Tensor,
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

	static async fromWeights(config: Gemma3Config, weights: Weights, { runtime }: LoadOptions) {
		const decoder = await Decoder.create(runtime, config.textConfig, weights);
		const embedding = weights.get('embed_tokens.weight')!;
		let weightBytes = 0;
		for (const [name, { data }] of weights) {
			if (/^(layers\.|norm\.|embed_tokens\.)/.test(name)) weightBytes += data.byteLength;
		}
		const norm = weights.get('norm.weight')!;
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
			const state = (layer: number) => pass.hiddenStates.get(layer)!.readAll();
			const lastHiddenState = await state(numHiddenLayers);
			const output: { -readonly [K in keyof TextModelOutput]: TextModelOutput[K] } = {
				lastHiddenState
			};
			if (input.outputHiddenStates) {
				const inner = await inTurn(every.slice(1), state);
				output.hiddenStates = [pass.inputsEmbeds, ...inner, lastHiddenState];
			}
			if (input.outputAttentions) {
				output.attentions = await inTurn(every, async (layer) =>
					cutLastAxis(await pass.attentions.get(layer)!.readAll(), pass.keyLength)
				);
			}
			if (pass.cache !== undefined) output.pastKeyValues = pass.cache;
			return output;
		} finally {
			disposePass(pass);
		}
	}

	/** One pass, with the wanted outputs left on the device. */
	async run(
		input: ForwardInput,
		fetches: { attentions?: readonly number[]; hiddenStates?: readonly number[] }
	): Promise<DevicePass> {
		const { textConfig } = this.config;
		const inputsEmbeds = toEmbeddings(input, this.embedTokens, this.config);
		const [batch, queries] = inputsEmbeds.dims;
		const fresh = input.useCache ? new KeyValueCache(this.runtime, textConfig, batch) : undefined;
		const cache = input.pastKeyValues ?? fresh;
		const pastLength = cache?.length ?? 0;
		const keyLength = pastLength + queries;
		if (keyLength > textConfig.maxPositionEmbeddings) {
			throw new RangeError(
				`${keyLength} tokens do not fit the context of ${textConfig.maxPositionEmbeddings}; shorten the prompt`
			);
		}
		checkBatch('attentionMask', input.attentionMask, batch, keyLength);
		checkBatch('positionIds', input.positionIds, batch, queries);
		checkBatch('tokenTypeIds', input.tokenTypeIds, batch, queries);
		const counted = Array.from({ length: queries }, (_, query) => pastLength + query);
		const masks = createCausalMaskMapping({
			config: textConfig,
			batchSize: batch,
			queryLength: queries,
			pastLength,
			attentionMask: input.attentionMask,
			// Images attend both ways in the first pass only, as in the reference.
			tokenTypeIds: pastLength === 0 ? input.tokenTypeIds : undefined,
			maskRule: input.maskRule,
			edits: input.edits
		});
		const positionIds = input.positionIds ?? Array.from({ length: batch }, () => counted);
		const output = await this.decoder.run(
			{ inputsEmbeds, positionIds, masks: masks.layers, cache },
			fetches,
			input.signal
		);
		return { ...output, inputsEmbeds, keyLength, cache };
	}

	dispose(): Promise<void> {
		return this.decoder.dispose();
	}
}

export function disposePass({ attentions, hiddenStates }: DecoderOutput): void {
	for (const tensor of attentions.values()) tensor.dispose();
	for (const tensor of hiddenStates.values()) tensor.dispose();
}

/** Some positions of a state as one tensor, `[positions, hiddenSize]`, of the first batch row. */
export async function readPositions(state: DeviceTensor, start: number, end: number) {
	const width = state.dims[2];
	const data = await state.read(start * width, (end - start) * width);
	return createTensor('float32', [end - start, width], data);
}

/** Reads one after another: each read waits for the device anyway. */
async function inTurn<T, R>(items: readonly T[], read: (item: T) => Promise<R>): Promise<R[]> {
	const results: R[] = [];
	for (const item of items) results.push(await read(item));
	return results;
}
