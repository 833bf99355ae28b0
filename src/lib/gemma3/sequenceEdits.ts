import type { MaskEdit } from './attentionMask.js';
import type { Gemma3TextConfig } from './configuration.js';
import type { ImageBlock } from './imageBlocks.js';
import { clipMaskEdits } from './maskEdits.js';

/**
 * Edits as they hold while the first `length` tokens run. A prompt's query may see keys behind it,
 * if an edit opens them; a generated one cannot, as they did not exist when it ran.
 */
export function inPassing(
	edits: readonly MaskEdit[],
	promptLength: number,
	length: number
): readonly MaskEdit[] {
	return clipMaskEdits(edits, length).flatMap((edit) => {
		const { queries, keys, open } = edit;
		if (!open || queries.end <= promptLength || keys.end <= queries.start + 1) return [edit];
		const parts: MaskEdit[] = [];
		if (queries.start < promptLength) {
			parts.push({ ...edit, queries: { start: queries.start, end: promptLength } });
		}
		for (let query = Math.max(promptLength, queries.start); query < queries.end; query++) {
			const end = Math.min(keys.end, query + 1);
			if (end <= keys.start) continue;
			const row = { start: query, end: query + 1 };
			parts.push({ ...edit, queries: row, keys: { start: keys.start, end } });
		}
		return parts;
	});
}

/** Stretches of the prompt that must run at once, because edits open keys behind their queries. */
export function reachForward(edits: readonly MaskEdit[], promptLength: number): ImageBlock[] {
	return clipMaskEdits(edits, promptLength)
		.filter(({ open, queries, keys }) => open && keys.end > queries.start + 1)
		.map(({ queries, keys }) => ({ start: queries.start, end: keys.end }));
}

/** A ring cannot show a local layer what an edit opens beyond the window. */
export function needsWholeCache(
	edits: readonly MaskEdit[],
	{ layerTypes, slidingWindow }: Pick<Gemma3TextConfig, 'layerTypes' | 'slidingWindow'>
): boolean {
	return edits.some(
		({ layer, open, queries, keys }) =>
			open &&
			layerTypes[layer] === 'sliding_attention' &&
			keys.start <= queries.end - 1 - slidingWindow
	);
}

/** The first query that a change of edits concerns. Later edits win, so what follows one counts too. */
export function firstAffected(before: readonly MaskEdit[], after: readonly MaskEdit[]): number {
	let same = 0;
	while (same < before.length && same < after.length && isSameEdit(before[same], after[same])) {
		same++;
	}
	const changed = [...before.slice(same), ...after.slice(same)];
	return Math.min(Infinity, ...changed.map(({ queries }) => queries.start));
}

function isSameEdit(a: MaskEdit, b: MaskEdit): boolean {
	return (
		a.layer === b.layer &&
		a.head === b.head &&
		a.open === b.open &&
		a.queries.start === b.queries.start &&
		a.queries.end === b.queries.end &&
		a.keys.start === b.keys.start &&
		a.keys.end === b.keys.end
	);
}
