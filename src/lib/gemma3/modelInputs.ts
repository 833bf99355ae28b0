import type { Weight } from '../tensor/packedMatrix.js';
import type { Tensor } from '../tensor/tensor.js';
import type { MaskEdit, MaskRule } from './attentionMask.js';
import type { Gemma3Config } from './configuration.js';
import { embedTokens } from './embedding.js';
import type { KeyValueCache } from './keyValueCache.js';

/** A batch of equally long rows, `[batch][positions]`. */
export type Batch = readonly (readonly number[])[];

/** What a forward pass takes, in the reference's words. */
export interface ForwardInput {
	/** `[batch][queries]`; exactly one of this and `inputsEmbeds`. */
	readonly inputIds?: Batch;
	/** `[batch, queries, hiddenSize]`, already scaled. */
	readonly inputsEmbeds?: Tensor;
	/** `[batch][past + queries]`, 1 for a token, 0 for padding; all 1 when absent. */
	readonly attentionMask?: Batch;
	/** `[batch][queries]`; counts on from the past when absent, padding included. */
	readonly positionIds?: Batch;
	/** `[batch][queries]`, 1 for image soft tokens; all 0 when absent. */
	readonly tokenTypeIds?: Batch;
	/** Filled by this pass and to be handed to the next; `useCache` makes a fresh one. */
	readonly pastKeyValues?: KeyValueCache;
	readonly useCache?: boolean;
	readonly outputAttentions?: boolean;
	readonly outputHiddenStates?: boolean;
	readonly maskRule?: MaskRule;
	readonly edits?: readonly MaskEdit[];
	readonly signal?: AbortSignal;
}

/**
 * The embeddings of a pass, checked.
 *
 * @throws TypeError unless exactly one of `inputIds` and `inputsEmbeds` is given
 * @throws RangeError if they are empty or of another shape
 */
export function toEmbeddings(input: ForwardInput, weight: Weight, config: Gemma3Config): Tensor {
	const { inputIds, inputsEmbeds } = input;
	if ((inputIds === undefined) === (inputsEmbeds === undefined)) {
		throw new TypeError('give exactly one of inputIds and inputsEmbeds');
	}
	const embeds = inputsEmbeds ?? embedTokens(weight, config, inputIds!);
	const { hiddenSize } = config.textConfig;
	if (embeds.dims.length !== 3 || embeds.dims[2] !== hiddenSize) {
		throw new RangeError(
			`inputsEmbeds must be [batch, queries, ${hiddenSize}], got [${embeds.dims.join(', ')}]`
		);
	}
	if (embeds.dims[0] === 0 || embeds.dims[1] === 0) {
		throw new RangeError('the prompt is empty; give at least one token');
	}
	return embeds;
}

/**
 * @throws RangeError if the rows are not `batch` times `length` long
 */
export function checkBatch(name: string, rows: Batch | undefined, batch: number, length: number) {
	if (rows === undefined) return;
	if (rows.length !== batch || rows.some((row) => row.length !== length)) {
		const got = `${rows.length} × ${rows.map((row) => row.length).join('/')}`;
		throw new RangeError(`${name} must be ${batch} rows of ${length}, got ${got}`);
	}
}

/**
 * The values of some positions, `[batch, kept, width]` from `[batch, positions, width]`.
 *
 * @param keep how many of the last positions (0: all), or the positions themselves, as in `logits_to_keep`
 */
export function keptPositions(positions: number, keep: number | readonly number[]): number[] {
	if (typeof keep !== 'number') {
		const wrong = keep.find((index) => !Number.isInteger(index) || index < 0 || index >= positions);
		if (wrong !== undefined) {
			throw new RangeError(`invalid logitsToKeep: ${wrong} of ${positions} positions`);
		}
		return [...keep];
	}
	if (!Number.isInteger(keep) || keep < 0) throw new RangeError(`invalid logitsToKeep: ${keep}`);
	const first = keep === 0 ? 0 : Math.max(0, positions - keep);
	return Array.from({ length: positions - first }, (_, index) => first + index);
}
