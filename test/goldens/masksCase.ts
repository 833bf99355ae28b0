import { createCausalMaskMapping, type AttentionMask } from '../../src/lib/gemma3/attentionMask.js';
import { compareExact, type Comparison } from './comparison.js';
import { readList } from './readList.js';

interface MaskGolden {
	readonly sliding_window: number;
	readonly token_type_ids: number[];
	readonly attention_mask: number[];
	readonly full_attention: string[];
	readonly sliding_attention: string[];
}

/** Open cells of both layer kinds, exactly. */
export function runMasksCase(path: string): Comparison[] {
	return readList<MaskGolden>(path).flatMap((golden, index) => {
		const masks = createCausalMaskMapping({
			config: {
				slidingWindow: golden.sliding_window,
				layerTypes: ['sliding_attention', 'full_attention']
			},
			queryLength: golden.token_type_ids.length,
			tokenTypeIds: [golden.token_type_ids],
			attentionMask: [golden.attention_mask]
		});
		return (['full_attention', 'sliding_attention'] as const).map((kind) =>
			compareExact(`${kind} of prompt ${index}`, toRows(masks[kind]), golden[kind])
		);
	});
}

function toRows({ dims: [, , queries, keys], open }: AttentionMask): string[] {
	return Array.from({ length: queries }, (_, row) =>
		open.subarray(row * keys, (row + 1) * keys).join('')
	);
}
