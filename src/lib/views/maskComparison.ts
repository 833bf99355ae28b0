import { createCausalMaskMapping } from '../gemma3/attentionMask.js';
import { findImageBlocks } from '../gemma3/imageBlocks.js';
import { toMaskText } from '../gemma3/maskText.js';
import type { Trace } from '../trace/trace.js';
import { openCells, toMaskDescription } from './layerMask.js';

type MaskedTrace = Pick<Trace, 'model' | 'masks' | 'tokens'>;

/** What two masks of one trace are compared by. */
export type MaskComparison =
	| { readonly by: 'kinds' }
	| { readonly by: 'rules' }
	/** The trace's window and another one, in local layers. */
	| { readonly by: 'window'; readonly window: number }
	/** All tokens read in one pass, and those from `past` on decoded one at a time, with a cache. */
	| { readonly by: 'past'; readonly past: number }
	/** A layer's mask by the rule, and as it was edited. */
	| { readonly by: 'edits'; readonly layer: number; readonly head: number | 'mean' };

/** Two masks, `[n, n]` each, 1 where open, and what each is called. */
export interface MaskPair {
	readonly first: Uint8Array;
	readonly second: Uint8Array;
	readonly names: readonly [string, string];
}

/** Both masks of a comparison. All but the last leave edits out. */
export function toMaskPair(trace: MaskedTrace, comparison: MaskComparison): MaskPair {
	const description = toMaskDescription(trace);
	const plain = { ...description, edits: [] };
	const local = (changes: Partial<typeof plain>) =>
		createCausalMaskMapping({ ...plain, ...changes }).sliding_attention.open;
	switch (comparison.by) {
		case 'kinds': {
			const { full_attention, sliding_attention } = createCausalMaskMapping(plain);
			return {
				first: full_attention.open,
				second: sliding_attention.open,
				names: ['global', 'local']
			};
		}
		case 'rules':
			return {
				first: local({ maskRule: '5.17' }),
				second: local({ maskRule: '4.56' }),
				names: ['rule 5.17', 'rule 4.56']
			};
		case 'window': {
			const { window } = comparison;
			return {
				first: local({}),
				second: local({ config: { ...description.config, slidingWindow: window } }),
				names: [`window ${trace.masks.slidingWindow}`, `window ${window}`]
			};
		}
		case 'past': {
			const { past } = comparison;
			return {
				first: local({ promptLength: trace.tokens.length }),
				second: local({ promptLength: past }),
				names: ['one pass', `${past} in the cache, then step by step`]
			};
		}
		case 'edits': {
			const { layer, head } = comparison;
			return {
				first: createCausalMaskMapping(plain).layers[layer].open,
				second: openCells(createCausalMaskMapping(description).layers[layer], head),
				names: ['the rule', `the edits of L${layer}`]
			};
		}
	}
}

/** The masks of both layer kinds as plain text, as AttentionMaskVisualizer writes them. */
export function toTraceMaskText(trace: MaskedTrace): string {
	const { masks, model, tokens } = trace;
	const mapping = createCausalMaskMapping({ ...toMaskDescription(trace), edits: [] });
	const { blockOf } = findImageBlocks(masks.tokenTypeIds, masks.promptLength);
	return toMaskText(
		{ ...mapping, tokens: tokens.map(({ text }) => text), blockOf },
		{ title: `Attention visualization for ${model.name}` }
	);
}
