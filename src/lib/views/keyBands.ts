import type { LayerType } from '../gemma3/configuration.js';
import type { TraceToken } from '../trace/trace.js';
import { createCellGrid, notch, texture, type CellGrid } from './cellGrid.js';
import { toPixel, type Palette } from './palette.js';
import { createRamp, weightPixel } from './weightScale.js';

/** What one token sees in one layer. */
export interface KeyBand {
	readonly kind: LayerType;
	/** `[keys]`, 1 where open. */
	readonly open: Uint8Array;
	/** `[keys]`; null while they are on their way. */
	readonly weights: ArrayLike<number> | null;
	/** Keys that an edit opened or closed. */
	readonly edited: ReadonlySet<number>;
}

/** Paper between the tiles of a mask, as a fraction of a cell. */
const tileGap = 0.08;

/** A row of tiles for each layer's mask, soft tokens hatched as in the mask. */
export function toMaskBand(
	{ kind, open, edited }: KeyBand,
	tokens: readonly Pick<TraceToken, 'kind'>[],
	palette: Palette
): CellGrid {
	const grid = createCellGrid(1, open.length, tileGap);
	const tile = toPixel(kind === 'full_attention' ? palette.globalTile : palette.localTile);
	const image = toPixel(palette.image);
	for (let key = 0; key < open.length; key++) {
		const isImage = tokens[key]?.kind === 'image';
		grid.fill[key] = isImage ? image : tile;
		if (open[key] === 0) grid.texture[key] = texture.closed;
		else if (isImage) grid.texture[key] = texture.hatch;
		if (edited.has(key)) grid.texture[key] |= notch;
	}
	return grid;
}

/** A row of weights on the ramp, closed keys as fine grid. */
export function toWeightBand({ open, weights }: KeyBand, palette: Palette): CellGrid {
	const grid = createCellGrid(1, open.length, 0);
	const ramp = createRamp(palette);
	for (let key = 0; key < open.length; key++) {
		grid.fill[key] = weightPixel(weights?.[key] ?? 0, 'linear', ramp);
		if (open[key] === 0) grid.texture[key] = texture.closed;
	}
	return grid;
}
