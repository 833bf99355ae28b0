import type { Tensor } from '../tensor/tensor.js';
import type { MaskEdit } from './attentionMask.js';
import type { Gemma3Config } from './configuration.js';
import { disposePass, type DevicePass } from './devicePass.js';
import { embedTokens } from './embedding.js';
import { findImageBlocks, type ImageBlock } from './imageBlocks.js';
import { KeyValueCache } from './keyValueCache.js';
import type { LanguageHead } from './languageHead.js';
import { checkMaskEdits } from './maskEdits.js';
import { checkBatch, type Batch } from './modelInputs.js';
import type { MultimodalInput } from './multimodalModel.js';
import { chunkOnGpu, longestChunk, padQueries, planChunks } from './passSizes.js';
import { firstAffected, inPassing, needsWholeCache, reachForward } from './sequenceEdits.js';
import { sliceEmbeds } from './sequenceEmbeds.js';
import type { Gemma3TextModel } from './textModel.js';

/** What a sequence needs of a model. */
export interface SequenceModel {
	readonly config: Gemma3Config;
	readonly textModel: Gemma3TextModel;
	readonly head: LanguageHead;
	/** Scaled embeddings with images spliced in, `[batch, queries, hiddenSize]`. */
	embed(input: MultimodalInput): Promise<Tensor>;
}

export interface SequenceInput extends Pick<
	MultimodalInput,
	| 'attentionMask'
	| 'tokenTypeIds'
	| 'pixelValues'
	| 'imageFeatures'
	| 'maskRule'
	| 'edits'
	| 'signal'
> {
	/** `[batch][positions]`, padded on the left where the prompts differ in length. */
	readonly inputIds: Batch;
}

export interface SequenceOptions {
	/** Keep only the window in local layers; true by default. */
	readonly ring?: boolean;
	/** Tokens of the prompt that run at once; 256 by default, up to 1,024 of a long prompt on the GPU. */
	readonly chunkSize?: number;
	/**
	 * Leave every layer's attention and states of the newest token on the device after each pass; by
	 * default on WebGPU, where it costs nothing. Otherwise the token runs again to be read.
	 */
	readonly keepReadings?: boolean;
	/** Tokens to make room for at once, the prompt's included. */
	readonly expectedLength?: number;
}

/**
 * A batch of token rows that grows, shrinks and is masked, with the cache that makes the next token
 * cheap. Tokens run when their logits or internals are asked for, and whatever a change concerns
 * runs again.
 */
export class TokenSequence {
	/** `[batch][length]`, prompt first. */
	readonly #ids: number[][];
	readonly #attentionMask: number[][];
	readonly #positionIds: number[][];
	readonly #blocks: readonly ImageBlock[];
	#cache: KeyValueCache;
	#edits: readonly MaskEdit[];
	/** The pass that ran the newest token. */
	#pass: DevicePass | undefined;
	#logits: Tensor | undefined;

	private constructor(
		readonly model: SequenceModel,
		readonly input: SequenceInput,
		readonly promptEmbeds: Tensor,
		readonly options: SequenceOptions
	) {
		const { inputIds } = input;
		const length = inputIds[0].length;
		checkBatch('attentionMask', input.attentionMask, inputIds.length, length);
		checkBatch('tokenTypeIds', input.tokenTypeIds, inputIds.length, length);
		this.#ids = inputIds.map((row) => [...row]);
		this.#attentionMask = (input.attentionMask ?? inputIds.map((row) => row.map(() => 1))).map(
			(row) => [...row]
		);
		this.#positionIds = this.#attentionMask.map(countPositions);
		this.#blocks = (input.tokenTypeIds ?? []).flatMap((row) => findImageBlocks(row).blocks);
		this.#edits = [];
		this.#cache = this.#createCache();
		this.setEdits(input.edits ?? []);
	}

	/** @throws RangeError or TypeError if an input has the wrong shape, or AbortError */
	static async create(
		model: SequenceModel,
		input: SequenceInput,
		options: SequenceOptions = {}
	): Promise<TokenSequence> {
		const embeds = await model.embed({
			inputIds: input.inputIds,
			pixelValues: input.pixelValues,
			imageFeatures: input.imageFeatures,
			signal: input.signal
		});
		return new TokenSequence(model, input, embeds, options);
	}

	get batchSize(): number {
		return this.#ids.length;
	}

	get promptLength(): number {
		return this.promptEmbeds.dims[1];
	}

	get length(): number {
		return this.#ids[0].length;
	}

	/** `[batch][length]` */
	get ids(): Batch {
		return this.#ids;
	}

	get edits(): readonly MaskEdit[] {
		return this.#edits;
	}

	get cache(): KeyValueCache {
		return this.#cache;
	}

	/** Appends one token a row; it runs when it is needed. */
	append(ids: readonly number[]): void {
		this.#ids.forEach((row, i) => row.push(ids[i]));
		this.#attentionMask.forEach((row) => row.push(1));
		this.#positionIds.forEach((row) => row.push(row[row.length - 1] + 1));
		this.#forget();
	}

	/**
	 * Drops the tokens from `length` on.
	 *
	 * @throws RangeError if that is within the prompt, or beyond the end
	 */
	truncate(length: number): void {
		if (!Number.isInteger(length) || length < this.promptLength || length > this.length) {
			throw new RangeError(
				`invalid length: ${length}; the prompt has ${this.promptLength} tokens, the sequence ${this.length}`
			);
		}
		if (length === this.length) return;
		for (const row of [...this.#ids, ...this.#attentionMask, ...this.#positionIds]) {
			row.length = length;
		}
		this.#forget();
		this.#rewind(length);
	}

	/**
	 * Replaces the mask edits. Tokens from the first query on that the change concerns run again,
	 * because what they see decides the keys and values of every layer above.
	 *
	 * @throws RangeError if an edit does not fit the model
	 */
	setEdits(edits: readonly MaskEdit[]): void {
		const { numHiddenLayers, numAttentionHeads, maxPositionEmbeddings } =
			this.model.config.textConfig;
		checkMaskEdits(edits, {
			numHiddenLayers,
			numAttentionHeads,
			keyLength: maxPositionEmbeddings
		});
		const first = firstAffected(this.#edits, edits);
		this.#edits = edits;
		if (first === Infinity) return;
		const { ring, longestPass } = this.#cacheOptions();
		if (ring !== this.#cache.isRing || longestPass > this.#cache.longestPass) {
			this.#cache.dispose();
			this.#cache = this.#createCache();
			this.#forget();
		} else if (first < this.length) {
			this.#forget();
			this.#rewind(Math.min(first, this.#cache.length));
		}
	}

	/** Logits of the token that comes next, `[batch, vocabSize]`. */
	async logits(signal?: AbortSignal): Promise<Tensor> {
		if (this.#logits !== undefined) return this.#logits;
		const pass = await this.#run(false, signal);
		if (pass.logits !== undefined) {
			this.#logits = await pass.logits.readAll();
			return this.#logits;
		}
		const state = pass.hiddenStates.get(this.model.config.textConfig.numHiddenLayers)!;
		const rows = state.dims[1];
		const last = pass.inputsEmbeds.dims[1] - 1;
		const wanted = this.#ids.map((_, row) => row * rows + last);
		this.#logits = await this.model.head.logits(state, wanted, signal);
		return this.#logits;
	}

	/**
	 * The pass of the newest token alone, with every layer's attention and states. It belongs to the
	 * sequence and is there until the sequence changes.
	 */
	reading(signal?: AbortSignal): Promise<DevicePass> {
		return this.#run(true, signal);
	}

	dispose(): void {
		this.#forget();
		this.#cache.dispose();
	}

	#createCache(): KeyValueCache {
		const { textModel, config } = this.model;
		const options = { ...this.#cacheOptions(), pool: textModel.decoder.pool };
		return new KeyValueCache(textModel.runtime, config.textConfig, this.batchSize, options);
	}

	#cacheOptions() {
		const { config } = this.model;
		const ends = planChunks(0, this.promptLength, this.#chunkSize, this.#uncut);
		const sizes = ends.map((end, i) => padQueries(end - (ends[i - 1] ?? 0)));
		const longestPass = Math.max(padQueries(this.#chunkSize), ...sizes);
		const ring = this.options.ring !== false && !needsWholeCache(this.#edits, config.textConfig);
		return { ring, longestPass };
	}

	/** What no pass may cut: images, and queries of the prompt whose edits open keys behind them. */
	get #uncut(): readonly ImageBlock[] {
		return [...this.#blocks, ...reachForward(this.#edits, this.promptLength)];
	}

	/** On the GPU a cache that grows moves, and with it what was recorded; elsewhere room costs time. */
	async #reserve(): Promise<void> {
		if (this.model.textModel.runtime.device !== 'webgpu') return;
		const { maxPositionEmbeddings } = this.model.config.textConfig;
		const { expectedLength = 0 } = this.options;
		await this.#cache.reserve(Math.min(expectedLength, maxPositionEmbeddings));
	}

	get #keepsReadings(): boolean {
		const { keepReadings = this.model.textModel.runtime.device === 'webgpu' } = this.options;
		return keepReadings;
	}

	get #chunkSize(): number {
		if (this.options.chunkSize !== undefined) return this.options.chunkSize;
		// Batches and masks of single heads run where every attention map stays until the pass ends.
		const isLean = this.batchSize === 1 && this.#edits.every(({ head }) => head === undefined);
		const isOnGpu = this.model.textModel.runtime.device === 'webgpu';
		return isOnGpu && isLean ? chunkOnGpu(this.promptLength) : longestChunk;
	}

	/** Runs whatever the cache lacks, the newest token at least. */
	async #run(withReading: boolean, signal?: AbortSignal): Promise<DevicePass> {
		const held = this.#pass;
		if (held && (!withReading || held.attentions.size > 0)) return held;
		this.#forget(false);
		this.#rewind(this.length - 1);
		let from = this.#cache.length;
		// The newest token runs alone if its rows are wanted, unless it belongs to an image.
		const splits = withReading && !this.#isInBlock(this.length - 1);
		const ends = planChunks(
			from,
			splits ? this.length - 1 : this.length,
			this.#chunkSize,
			this.#uncut
		);
		if (splits) ends.push(this.length);
		await this.#reserve();
		for (const end of ends) {
			signal?.throwIfAborted();
			const isLast = end === this.length;
			const all = isLast && (withReading || (this.#keepsReadings && end - from === 1));
			const pass = await this.#chunk(from, end, all, signal);
			if (isLast) this.#pass = pass;
			else disposePass(pass);
			from = end;
		}
		return this.#pass!;
	}

	#chunk(from: number, end: number, all: boolean, signal?: AbortSignal): Promise<DevicePass> {
		const { numHiddenLayers } = this.model.config.textConfig;
		const layers = Array.from({ length: all ? numHiddenLayers : 0 }, (_, layer) => layer);
		const { tokenTypeIds, maskRule } = this.input;
		const padding = Array<number>(Math.max(0, end - this.promptLength)).fill(0);
		return this.model.textModel.pass(
			{
				inputsEmbeds: this.#embeds(from, end),
				positionIds: this.#positionIds.map((row) => row.slice(from, end)),
				masks: {
					attentionMask: this.#attentionMask.map((row) => row.slice(0, end)),
					tokenTypeIds: tokenTypeIds?.map((row) => [...row.slice(0, end), ...padding]),
					blocks: from < this.promptLength,
					promptLength: Math.min(end, this.promptLength),
					maskRule,
					edits: inPassing(this.#edits, this.promptLength, end)
				},
				cache: this.#cache
			},
			{ attentions: layers, hiddenStates: layers.slice(1) },
			signal
		);
	}

	#embeds(from: number, end: number): Tensor {
		const { embedTokens: weight } = this.model.textModel;
		return sliceEmbeds(this.promptEmbeds, from, end, (start, stop) => {
			const ids = this.#ids.map((row) => row.slice(start, stop));
			return embedTokens(weight, this.model.config, ids);
		});
	}

	#isInBlock(position: number): boolean {
		return this.#uncut.some(({ start, end }) => start <= position && position < end);
	}

	/** Makes the cache hold at most `length` tokens; fewer if a ring or an image block demands it. */
	#rewind(length: number): void {
		if (this.#cache.length <= length) return;
		let target = length;
		const uncut = this.#uncut;
		const cut = () => uncut.find(({ start, end }) => start < target && target < end);
		for (let block = cut(); block !== undefined; block = cut()) target = block.start;
		this.#cache.crop(this.#cache.canCrop(target) ? target : 0);
	}

	#forget(withLogits = true): void {
		if (this.#pass !== undefined) disposePass(this.#pass);
		this.#pass = undefined;
		if (withLogits) this.#logits = undefined;
	}
}

/** Positions that skip padding: a token's index among the real ones. */
function countPositions(mask: readonly number[]): number[] {
	let count = 0;
	return mask.map((real) => (real === 0 ? 1 : count++));
}
