import type { MaskEdit } from '../gemma3/attentionMask.js';
import type { LayerType } from '../gemma3/configuration.js';
import type { TraceToken } from '../trace/trace.js';
import { createCellGrid, notch, texture, type CellGrid } from './cellGrid.js';
import { formatPlural } from './format.js';
import { toPixel, type Palette } from './palette.js';

/** Paper between the tiles of a mask, as a fraction of a cell. */
const tileGap = 0.08;

export interface MaskPicture {
	/** `[queries, keys]`, 1 where open. */
	readonly open: Uint8Array;
	readonly tokens: readonly TraceToken[];
	readonly layerType: LayerType;
	/** Tokens from here on were generated and belong to no image block. */
	readonly promptLength: number;
	/** Edits of this layer (and head). */
	readonly edits: readonly MaskEdit[];
}

/**
 * A mask as tiles: closed cells as fine grid, open ones in the colour of the layer's kind, open ones
 * between two tokens of one image hatched, edited ones with a notch.
 */
export function toMaskGrid(picture: MaskPicture, palette: Palette): CellGrid {
	const { open, tokens, layerType, promptLength, edits } = picture;
	const size = tokens.length;
	const grid = createCellGrid(size, size, tileGap);
	const kind = toPixel(layerType === 'full_attention' ? palette.globalTile : palette.localTile);
	const image = toPixel(palette.image);
	for (let query = 0, i = 0; query < size; query++) {
		const imageIndex = query < promptLength ? tokens[query].imageIndex : null;
		for (let key = 0; key < size; key++, i++) {
			const sameImage = imageIndex !== null && tokens[key].imageIndex === imageIndex;
			if (open[i] === 0) grid.texture[i] = texture.closed;
			else if (sameImage) grid.texture[i] = texture.hatch;
			grid.fill[i] = sameImage ? image : kind;
		}
	}
	for (const { queries, keys } of edits) {
		for (let query = queries.start; query < queries.end; query++) {
			for (let key = keys.start; key < keys.end; key++) grid.texture[query * size + key] |= notch;
		}
	}
	return grid;
}

/** Edits that touch one layer, and one head unless all are looked at. */
export function editsOf(
	edits: readonly MaskEdit[],
	layer: number,
	head: number | 'mean'
): readonly MaskEdit[] {
	return edits.filter(
		(edit) =>
			edit.layer === layer && (edit.head === undefined || head === 'mean' || edit.head === head)
	);
}

/** How much of its context a query sees, in words: "row 28 sees 16 of 31 tokens: keys 13 – 28". */
export function describeMaskRow(open: Uint8Array, query: number, size: number): string {
	const row = open.subarray(query * size, (query + 1) * size);
	const count = row.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0);
	if (count === 0) return `row ${query} sees nothing`;
	const runs: [number, number][] = [];
	row.forEach((value, key) => {
		if (value === 0) return;
		const last = runs.at(-1);
		if (last && last[1] === key - 1) last[1] = key;
		else runs.push([key, key]);
	});
	const keys = runs.map(([start, end]) => (start === end ? `${start}` : `${start} – ${end}`));
	const shown = keys.length > 4 ? [...keys.slice(0, 3), '…'] : keys;
	return `row ${query} sees ${count} of ${formatPlural(size, 'token')}: ${
		count === 1 ? 'key' : 'keys'
	} ${shown.join(', ')}`;
}
