import { createCausalMaskMapping } from '../gemma3/attentionMask.js';
import type { Gemma3TextConfig } from '../gemma3/configuration.js';
import { createMaskExplainer } from '../gemma3/explainMaskCell.js';
import type { CausalMaskDescription } from '../gemma3/maskDescription.js';
import { clipMaskEdits } from '../gemma3/maskEdits.js';
import type { Tensor } from '../tensor/tensor.js';
import type { MaskDescription } from '../trace/trace.js';
import { openCells } from './layerMask.js';

type Config = Pick<Gemma3TextConfig, 'layerTypes' | 'numAttentionHeads'>;

/** A token that looks back, and what decides what it sees. */
export interface LookingToken {
	readonly config: Config;
	readonly masks: MaskDescription;
	/** Position of the token. */
	readonly position: number;
}

function describe({ config, masks, position }: LookingToken): CausalMaskDescription {
	const length = position + 1;
	return {
		config: { ...config, slidingWindow: masks.slidingWindow },
		queryLength: 1,
		pastLength: position,
		attentionMask: [masks.attentionMask.slice(0, length)],
		tokenTypeIds: [masks.tokenTypeIds.slice(0, length)],
		promptLength: masks.promptLength,
		maskRule: masks.rule,
		edits: clipMaskEdits(masks.edits, length)
	};
}

/** What one token sees in every layer, `[position + 1]` each, 1 where open. */
export function toNewestRows(token: LookingToken, head: number | 'mean'): readonly Uint8Array[] {
	const { layers } = createCausalMaskMapping(describe(token));
	return layers.map((mask) => openCells(mask, head));
}

/** Says of each key, in one sentence, why a token sees it in a layer or does not. */
export function createNewestExplainer(
	token: LookingToken
): (layer: number, head: number | 'mean', key: number) => string {
	const explain = createMaskExplainer(describe(token));
	const { position: query } = token;
	return (layer, head, key) =>
		explain({ layer, query, key, ...(head === 'mean' ? {} : { head }) }).sentence;
}

/** The key that local layers saw one token before and see no more; null while nothing has left. */
export function leftWindow(position: number, slidingWindow: number): number | null {
	const key = position - slidingWindow;
	return key >= 0 ? key : null;
}

/** The chosen layer, and the nearest one of the other kind, the earlier of two: in layer order. */
export function layerPair(layerTypes: Config['layerTypes'], layer: number): readonly number[] {
	const others = layerTypes
		.map((_, other) => other)
		.filter((other) => layerTypes[other] !== layerTypes[layer])
		.sort((a, b) => Math.abs(a - layer) - Math.abs(b - layer) || a - b);
	return others.length === 0 ? [layer] : [layer, others[0]].sort((a, b) => a - b);
}

/** One head's weights, or their mean over all heads, of `[heads, keys]`. */
export function headRow(attention: Tensor, head: number | 'mean'): Float32Array {
	const [heads, keys] = attention.dims;
	if (head !== 'mean')
		return attention.data.subarray(head * keys, (head + 1) * keys) as Float32Array;
	const mean = new Float32Array(keys);
	for (let i = 0; i < heads * keys; i++) mean[i % keys] += attention.data[i] / heads;
	return mean;
}
