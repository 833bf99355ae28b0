import { createCausalMaskMapping, type AttentionMask } from '../gemma3/attentionMask.js';
import { createMaskExplainer } from '../gemma3/explainMaskCell.js';
import type { CausalMaskDescription } from '../gemma3/maskDescription.js';
import type { Trace } from '../trace/trace.js';

/** What a trace says about its masks, in the terms of the mask builder; one sequence. */
export function toMaskDescription(
	trace: Pick<Trace, 'model' | 'masks' | 'tokens'>
): CausalMaskDescription {
	const { masks, model, tokens } = trace;
	return {
		config: { ...model.config.textConfig, slidingWindow: masks.slidingWindow },
		queryLength: tokens.length,
		attentionMask: [masks.attentionMask],
		tokenTypeIds: [masks.tokenTypeIds],
		promptLength: masks.promptLength,
		maskRule: masks.rule,
		edits: masks.edits
	};
}

/** Which cells of a layer are open, `[1, 1 or heads, queries, keys]`. */
export function toLayerMasks(
	trace: Pick<Trace, 'model' | 'masks' | 'tokens'>
): readonly AttentionMask[] {
	return createCausalMaskMapping(toMaskDescription(trace)).layers;
}

/** Says of each cell of a trace's masks, in one sentence, why it is open or closed. */
export function createTraceMaskExplainer(
	trace: Pick<Trace, 'model' | 'masks' | 'tokens'>
): (cell: { layer: number; head: number | 'mean'; query: number; key: number }) => string {
	const explain = createMaskExplainer(toMaskDescription(trace));
	return ({ head, ...cell }) => explain(head === 'mean' ? cell : { ...cell, head }).sentence;
}

/**
 * One head's cells of a mask, `[queries, keys]`, 1 where open. Where heads differ and the mean is
 * looked at, a cell is open if any head sees it.
 */
export function openCells(mask: AttentionMask, head: number | 'mean'): Uint8Array {
	const [, heads, queries, keys] = mask.dims;
	const size = queries * keys;
	if (heads === 1) return mask.open.subarray(0, size);
	if (head !== 'mean') return mask.open.subarray(head * size, (head + 1) * size);
	const open = new Uint8Array(size);
	for (let i = 0; i < heads * size; i++) open[i % size] |= mask.open[i];
	return open;
}

/** A sentence `closed: key 3 is …` in two: `closed`, and `Key 3 is ….` */
export function splitReason(sentence: string): { verdict: string; because: string } {
	const colon = sentence.indexOf(': ');
	const because = sentence.slice(colon + 2);
	return {
		verdict: sentence.slice(0, colon),
		because: `${because.charAt(0).toUpperCase()}${because.slice(1)}.`
	};
}
