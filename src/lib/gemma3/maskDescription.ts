import type { MaskEdit, MaskRule } from './attentionMask.js';
import type { LayerType } from './configuration.js';
import { findImageBlocks, type ImageBlocks } from './imageBlocks.js';
import { checkMaskEdits } from './maskEdits.js';

/**
 * What decides every cell of every layer's mask. Queries and keys are counted as token positions
 * from the first key, so the first query is `pastLength`; keyLength = pastLength + queryLength.
 */
export interface CausalMaskDescription {
	/** A Gemma3TextConfig will do. */
	readonly config: {
		/** Tokens that a local layer sees, the query itself counted. */
		readonly slidingWindow: number;
		readonly layerTypes: readonly LayerType[];
		/** Needed for edits of one head only. */
		readonly numAttentionHeads?: number;
		readonly useBidirectionalAttention?: boolean;
	};
	/** Needed only where neither `attentionMask` nor `tokenTypeIds` tells; 1 by default. */
	readonly batchSize?: number;
	/** `[batch][keyLength]`, 0 for padding, 1 for a token; by default there is no padding. */
	readonly attentionMask?: readonly (readonly number[])[];
	/** `[batch][keyLength]`, 1 for an image soft token; by default there is no image. */
	readonly tokenTypeIds?: readonly (readonly number[])[];
	readonly queryLength: number;
	/** Tokens in the cache; 0 by default. */
	readonly pastLength?: number;
	/**
	 * Whether tokens of one image see each other. By default only without a past, as in the
	 * reference: a decoding step is causal. A prompt that is read in several chunks needs `true`,
	 * with no image cut by a chunk's end, because the keys behind it do not exist yet.
	 */
	readonly blocks?: boolean;
	/** Tokens from here on were generated one at a time and belong to no image block. */
	readonly promptLength?: number;
	readonly maskRule?: MaskRule;
	/** Applied in order to all rows of the batch. */
	readonly edits?: readonly MaskEdit[];
}

/** A description that was checked, with its defaults filled in. */
export interface MaskPlan {
	readonly layerTypes: readonly LayerType[];
	readonly slidingWindow: number;
	readonly numAttentionHeads: number | undefined;
	readonly isBidirectional: boolean;
	readonly batchSize: number;
	readonly queryLength: number;
	readonly pastLength: number;
	readonly keyLength: number;
	readonly maskRule: MaskRule;
	readonly edits: readonly MaskEdit[];
	/** `[batch][keyLength]` or null without padding. */
	readonly attentionMask: readonly (readonly number[])[] | null;
	/** One a row of the batch. */
	readonly images: readonly ImageBlocks[];
}

/** @throws RangeError naming the first thing that does not fit */
export function checkMaskDescription(description: CausalMaskDescription): MaskPlan {
	const { config, queryLength, pastLength = 0, maskRule = '5.17', edits = [] } = description;
	checkSize('queryLength', queryLength, 1);
	checkSize('pastLength', pastLength, 0);
	checkSize('config.slidingWindow', config.slidingWindow, 1);
	if (maskRule !== '5.17' && maskRule !== '4.56') {
		throw new RangeError(`maskRule is ${String(maskRule)}: expected '5.17' or '4.56'`);
	}
	const keyLength = pastLength + queryLength;
	const batchSize = checkBatchSize(description);
	checkRows('attentionMask', description.attentionMask, batchSize, keyLength);
	const isPadded = hasPadding(description.attentionMask ?? []);
	const numAttentionHeads = config.numAttentionHeads;
	const numHiddenLayers = config.layerTypes.length;
	checkMaskEdits(edits, { numHiddenLayers, numAttentionHeads, keyLength });
	const images = findImages(description, batchSize, keyLength);
	const isBidirectional = config.useBidirectionalAttention ?? false;
	if (isBidirectional && pastLength > 0) {
		throw new RangeError(
			`pastLength is ${pastLength}: a model that attends both ways reads a prompt in one pass`
		);
	}
	if (isBidirectional && images.some(({ blocks }) => blocks.length > 0)) {
		throw new RangeError('tokenTypeIds has images: a model that attends both ways takes text only');
	}
	return {
		layerTypes: config.layerTypes,
		slidingWindow: config.slidingWindow,
		numAttentionHeads,
		isBidirectional,
		batchSize,
		queryLength,
		pastLength,
		keyLength,
		maskRule,
		edits,
		attentionMask: isPadded ? (description.attentionMask ?? null) : null,
		images
	};
}

function hasPadding(attentionMask: readonly (readonly number[])[]): boolean {
	let found = false;
	for (const row of attentionMask) {
		for (const [position, value] of row.entries()) {
			if (value !== 0 && value !== 1) {
				throw new RangeError(`attentionMask has ${value} at position ${position}: expected 0 or 1`);
			}
			found ||= value === 0;
		}
	}
	return found;
}

function findImages(
	description: CausalMaskDescription,
	batchSize: number,
	keyLength: number
): readonly ImageBlocks[] {
	const { tokenTypeIds, pastLength = 0, blocks = pastLength === 0 } = description;
	const promptLength = description.promptLength ?? keyLength;
	checkSize('promptLength', promptLength, 0);
	if (!tokenTypeIds || !blocks) {
		const none = { blocks: [], blockOf: new Int32Array(keyLength).fill(-1) };
		return Array.from({ length: batchSize }, () => none);
	}
	checkRows('tokenTypeIds', tokenTypeIds, batchSize, keyLength);
	return tokenTypeIds.map((row) => findImageBlocks(row, Math.min(promptLength, keyLength)));
}

function checkBatchSize({ batchSize, attentionMask, tokenTypeIds }: CausalMaskDescription): number {
	const size = batchSize ?? attentionMask?.length ?? tokenTypeIds?.length ?? 1;
	checkSize('batchSize', size, 1);
	return size;
}

function checkRows(
	name: string,
	rows: readonly (readonly number[])[] | undefined,
	batchSize: number,
	keyLength: number
): void {
	if (!rows) return;
	if (rows.length !== batchSize) {
		throw new RangeError(`${name} has ${rows.length} rows: the batch has ${batchSize}`);
	}
	const wrong = rows.findIndex((row) => row.length !== keyLength);
	if (wrong >= 0) {
		throw new RangeError(
			`${name}[${wrong}] has ${rows[wrong].length} entries: expected ${keyLength}, one a key (pastLength + queryLength)`
		);
	}
}

function checkSize(name: string, value: number, minimum: number): void {
	if (!Number.isSafeInteger(value) || value < minimum) {
		throw new RangeError(`${name} is ${value}: expected a whole number, at least ${minimum}`);
	}
}
