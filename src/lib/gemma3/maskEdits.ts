import type { AttentionMask, MaskEdit } from './attentionMask.js';

interface EditLimits {
	readonly numHiddenLayers: number;
	/** Undefined where unknown; an edit of one head is then refused. */
	readonly numAttentionHeads?: number;
	readonly keyLength: number;
}

/**
 * Checks every edit against the sizes of the model and the prompt.
 *
 * @throws RangeError naming the edit, its field and its value
 */
export function checkMaskEdits(edits: readonly MaskEdit[], limits: EditLimits): void {
	for (const [index, edit] of edits.entries()) {
		checkIndex(`edits[${index}].layer`, edit.layer, limits.numHiddenLayers, 'layers');
		if (edit.head !== undefined) {
			if (limits.numAttentionHeads === undefined) {
				throw new RangeError(
					`edits[${index}].head is ${edit.head}: give config.numAttentionHeads to edit one head`
				);
			}
			checkIndex(`edits[${index}].head`, edit.head, limits.numAttentionHeads, 'heads');
		}
		checkRange(`edits[${index}].queries`, edit.queries, limits.keyLength);
		checkRange(`edits[${index}].keys`, edit.keys, limits.keyLength);
	}
}

/** Cuts edits to the first `length` tokens; an edit that lies behind them is left out. */
export function clipMaskEdits(edits: readonly MaskEdit[], length: number): readonly MaskEdit[] {
	const clip = ({ start, end }: MaskEdit['keys']) => ({ start, end: Math.min(end, length) });
	return edits
		.filter(({ queries, keys }) => queries.start < length && keys.start < length)
		.map((edit) => ({ ...edit, queries: clip(edit.queries), keys: clip(edit.keys) }));
}

/**
 * A copy of a mask with the edits of one layer applied in order, so that later ones win. It has a
 * head dimension only if an edit is for one head. Without an edit of its rows it is the mask itself.
 *
 * @param mask `[batch, 1, queryLength, keyLength]`
 * @param edits of this layer, checked
 */
export function applyMaskEdits(
	mask: AttentionMask,
	edits: readonly MaskEdit[],
	pastLength: number,
	numAttentionHeads: number | undefined
): AttentionMask {
	const relevant = edits.filter(({ queries }) => queries.end > pastLength);
	if (relevant.length === 0) return mask;
	const [batchSize, , queryLength, keyLength] = mask.dims;
	const byHead = relevant.some((edit) => edit.head !== undefined);
	const heads = byHead ? (numAttentionHeads as number) : 1;
	const open = new Uint8Array(batchSize * heads * queryLength * keyLength);
	const plane = queryLength * keyLength;
	for (let index = 0; index < batchSize * heads; index++) {
		const batch = Math.floor(index / heads);
		open.set(mask.open.subarray(batch * plane, (batch + 1) * plane), index * plane);
		for (const edit of relevant) {
			if (edit.head !== undefined && edit.head !== index % heads) continue;
			const lastRow = edit.queries.end - pastLength;
			for (let row = Math.max(0, edit.queries.start - pastLength); row < lastRow; row++) {
				const at = index * plane + row * keyLength;
				open.fill(edit.open ? 1 : 0, at + edit.keys.start, at + edit.keys.end);
			}
		}
	}
	return { dims: [batchSize, heads, queryLength, keyLength], open };
}

function checkIndex(name: string, value: number, count: number, what: string): void {
	if (!Number.isInteger(value) || value < 0 || value >= count) {
		throw new RangeError(`${name} is ${value}: the model has ${what} 0 to ${count - 1}`);
	}
}

function checkRange(name: string, range: MaskEdit['keys'], length: number): void {
	const { start, end } = range;
	const fits = Number.isInteger(start) && Number.isInteger(end) && start >= 0 && end <= length;
	if (!fits || start >= end) {
		throw new RangeError(
			`${name} is ${start} to ${end}: expected a start below the end, within 0 to ${length}`
		);
	}
}
