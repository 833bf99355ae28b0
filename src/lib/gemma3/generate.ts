import type { Tensor } from '../tensor/tensor.js';
import type { CausalInput, CausalOutput } from './causalLanguageModel.js';
import type { Gemma3Config } from './configuration.js';
import type { Batch } from './modelInputs.js';
import type { MultimodalInput } from './multimodalModel.js';

/** A model that gives logits for a prompt and fills a cache. */
export interface GenerativeModel {
	readonly config: Gemma3Config;
	forward(input: CausalInput & MultimodalInput): Promise<CausalOutput>;
}

export interface GenerateInput extends Pick<
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
	readonly maxNewTokens: number;
	/** Tokens that end a row; the configuration's when absent. */
	readonly eosTokenId?: readonly number[];
}

/** One new token for every row of the batch. */
export interface GenerateStep {
	/** Counts from 0. */
	readonly step: number;
	/** One a row; the padding token where the row has ended. */
	readonly tokenIds: readonly number[];
	/** What the choice was made from, `[batch, vocabSize]`. */
	readonly logits: Tensor;
	readonly milliseconds: number;
}

/**
 * Greedy generation, a step at a time; the consumer stops by leaving the loop. Ends when every row
 * has ended, or the context is full. Ports GenerationMixin.generate (transformers) with its cache,
 * its positions for padded prompts and its padding of rows that have ended.
 *
 * @throws RangeError or TypeError if an input has the wrong shape, or AbortError between two steps
 */
export async function* generate(
	model: GenerativeModel,
	input: GenerateInput
): AsyncGenerator<GenerateStep, void, void> {
	const { inputIds, maxNewTokens, signal, maskRule, edits } = input;
	const { padTokenId, maxPositionEmbeddings } = model.config.textConfig;
	const ends = new Set(input.eosTokenId ?? model.config.textConfig.eosTokenId);
	let attentionMask = input.attentionMask ?? inputIds.map((row) => row.map(() => 1));
	let positionIds = attentionMask.map(countPositions);
	const ended = inputIds.map(() => false);
	let next: CausalInput & MultimodalInput = {
		inputIds,
		tokenTypeIds: input.tokenTypeIds,
		pixelValues: input.pixelValues,
		imageFeatures: input.imageFeatures,
		useCache: true
	};
	let cache: CausalOutput['pastKeyValues'];
	try {
		for (let step = 0; step < maxNewTokens; step++) {
			if (attentionMask[0].length > maxPositionEmbeddings) return;
			const start = performance.now();
			const common = { attentionMask, positionIds, maskRule, edits, signal, logitsToKeep: 1 };
			const output = await model.forward({ ...next, ...common });
			cache = output.pastKeyValues;
			const { dims, data } = output.logits;
			const logits: Tensor = { dtype: 'float32', dims: [dims[0], dims[2]], data };
			const tokenIds = ended.map((done, row) =>
				done ? padTokenId : argmax(data.subarray(row * dims[2], (row + 1) * dims[2]))
			);
			tokenIds.forEach((id, row) => (ended[row] ||= ends.has(id)));
			yield { step, tokenIds, logits, milliseconds: performance.now() - start };
			if (ended.every(Boolean)) return;
			// Lets an abort that waits in the event loop arrive.
			await new Promise((resolve) => setTimeout(resolve));
			signal?.throwIfAborted();
			attentionMask = attentionMask.map((row) => [...row, 1]);
			positionIds = positionIds.map((row) => [row[row.length - 1] + 1]);
			next = { inputIds: tokenIds.map((id) => [id]), pastKeyValues: cache };
		}
	} finally {
		cache?.dispose();
	}
}

/** Positions that skip padding: a token's index among the real ones. */
function countPositions(mask: readonly number[]): number[] {
	let count = 0;
	return mask.map((real) => (real === 0 ? 1 : count++));
}

/** Index of the first largest value. */
function argmax(values: Float32Array): number {
	let best = 0;
	for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
	return best;
}
