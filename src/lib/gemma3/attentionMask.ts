import { createTensor, type Tensor } from '../tensor/tensor.js';
import type { LayerType } from './configuration.js';
import {
	checkMaskDescription,
	type CausalMaskDescription,
	type MaskPlan
} from './maskDescription.js';
import { applyMaskEdits } from './maskEdits.js';

/** How an image block meets the window: by transformers version. They differ only where a block is longer than the window. */
export type MaskRule = '5.17' | '4.56';

/**
 * Opens or closes a rectangle of one layer's mask. Ranges are half-open and count token positions
 * from the first key, so an edit keeps its meaning while tokens are generated.
 */
export interface MaskEdit {
	readonly layer: number;
	/** One head, or all heads when absent. */
	readonly head?: number;
	readonly queries: { readonly start: number; readonly end: number };
	readonly keys: { readonly start: number; readonly end: number };
	readonly open: boolean;
}

/** Which keys each query sees, row-major. Row r is the query at position `pastLength + r`. */
export interface AttentionMask {
	/** `[batch, 1 or heads, queryLength, keyLength]` */
	readonly dims: readonly [number, number, number, number];
	/** 1 for an open cell, 0 for a closed one. */
	readonly open: Uint8Array;
}

/** The masks of one forward pass. */
export interface CausalMaskMapping {
	readonly full_attention: AttentionMask;
	readonly sliding_attention: AttentionMask;
	/** One a layer: the mask of the layer's kind itself, or an edited copy. */
	readonly layers: readonly AttentionMask[];
}

/**
 * The masks of both layer kinds and of every layer.
 *
 * A global layer opens a cell that is causal (key ≤ query) or whose tokens belong to one image. A
 * local layer opens the same cells if they are also within the window (key > query - slidingWindow);
 * under rule '4.56' the image opens its cells beyond the window too. Padding closes keys. A model
 * with `useBidirectionalAttention` is not causal, and its window reaches both ways.
 *
 * Takes one fill a row and a run of padding, so O(queryLength · (1 + runs)) steps, and one byte a
 * cell for each kind and each edited layer.
 * Ports create_causal_mask_mapping (transformers, modeling_gemma3.py) and masking_utils.py.
 *
 * @throws RangeError naming what does not fit, an edit out of range included
 */
export function createCausalMaskMapping(description: CausalMaskDescription): CausalMaskMapping {
	const plan = checkMaskDescription(description);
	const kinds = {
		full_attention: createKindMask(plan, 'full_attention'),
		sliding_attention: createKindMask(plan, 'sliding_attention')
	};
	const layers = plan.layerTypes.map((kind, layer) => {
		const edits = plan.edits.filter((edit) => edit.layer === layer);
		return applyMaskEdits(kinds[kind], edits, plan.pastLength, plan.numAttentionHeads);
	});
	return { ...kinds, layers };
}

function createKindMask(plan: MaskPlan, kind: LayerType): AttentionMask {
	const { batchSize, queryLength, pastLength, keyLength } = plan;
	const open = new Uint8Array(batchSize * queryLength * keyLength);
	const window = kind === 'sliding_attention' ? plan.slidingWindow : Infinity;
	for (let batch = 0; batch < batchSize; batch++) {
		const { blocks, blockOf } = plan.images[batch];
		const padding = findPadding(plan.attentionMask?.[batch]);
		for (let row = 0; row < queryLength; row++) {
			const at = (batch * queryLength + row) * keyLength;
			const query = pastLength + row;
			const first = Math.max(0, query - window + 1);
			const block = blocks[blockOf[query]];
			const last = plan.isBidirectional ? query + window : Math.max(query + 1, block?.end ?? 0);
			open.fill(1, at + first, at + Math.min(last, keyLength));
			if (block && plan.maskRule === '4.56') open.fill(1, at + block.start, at + block.end);
			for (const { start, end } of padding) open.fill(0, at + start, at + end);
		}
	}
	return { dims: [batchSize, 1, queryLength, keyLength], open };
}

function findPadding(attentionMask: readonly number[] | undefined) {
	const runs: { start: number; end: number }[] = [];
	attentionMask?.forEach((value, position) => {
		if (value === 1) return;
		const run = runs.at(-1);
		if (run?.end === position) run.end++;
		else runs.push({ start: position, end: position + 1 });
	});
	return runs;
}

/**
 * Added to the score of a closed cell. In float32 it swallows a score (its neighbours lie 7.6e22
 * apart), so that a row with no open cell comes out uniform over all its keys, as in the reference.
 */
export const closedBias = -1e30;

/**
 * Added to the score of a key that does not exist: so far below a closed cell that its weight is 0
 * even in a row with no open cell, and far enough from the end of float32 to be multiplied by log2(e).
 */
export const absentBias = -2e38;

/** How a cache lays keys out, and a pass its queries. */
export interface MaskLayout {
	/** By place: the position of the key that lies there, or -1; in their order when absent. */
	readonly positions?: ArrayLike<number>;
	/** Query rows with padding behind the mask's own; padding sees nothing. */
	readonly rows?: number;
}

/**
 * A mask as numbers to add to the scores before softmax: 0 for open cells, `closedBias` for closed
 * ones, and `absentBias` for places without a key.
 *
 * @returns `[batch, 1 or heads, rows, places]`
 * @throws RangeError if `rows` is below the mask's queryLength, or a position beyond its keys
 */
export function toAdditiveMask(mask: AttentionMask, layout: MaskLayout = {}): Tensor {
	const [batch, heads, queryLength, keyLength] = mask.dims;
	const { positions = Array.from({ length: keyLength }, (_, key) => key) } = layout;
	const { rows = queryLength } = layout;
	if (!Number.isSafeInteger(rows) || rows < queryLength) {
		throw new RangeError(`rows is ${rows}: the mask has ${queryLength} queries`);
	}
	const places = positions.length;
	const runs = toRuns(positions, keyLength);
	const bias = new Float32Array(batch * heads * rows * places).fill(absentBias);
	for (let plane = 0; plane < batch * heads; plane++) {
		for (let query = 0; query < queryLength; query++) {
			const row = (plane * queryLength + query) * keyLength;
			const target = (plane * rows + query) * places;
			for (const { place, position, length } of runs) {
				const from = row + position;
				const to = target + place;
				for (let i = 0; i < length; i++) bias[to + i] = mask.open[from + i] === 1 ? 0 : closedBias;
			}
		}
	}
	return createTensor('float32', [batch, heads, rows, places], bias);
}

/** Places whose keys follow one another: a ring that wrapped has two such runs, and gaps have none. */
function toRuns(positions: ArrayLike<number>, keyLength: number) {
	const runs: { place: number; position: number; length: number }[] = [];
	for (let place = 0; place < positions.length; place++) {
		const position = positions[place];
		if (position >= keyLength) {
			throw new RangeError(`position ${position}: the mask has ${keyLength} keys`);
		}
		if (position < 0) continue;
		const last = runs.at(-1);
		const follows =
			last && place === last.place + last.length && position === last.position + last.length;
		if (follows) last.length++;
		else runs.push({ place, position, length: 1 });
	}
	return runs;
}
