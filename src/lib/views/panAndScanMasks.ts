import type { LayerType } from '../gemma3/configuration.js';
import type { Trace } from '../trace/trace.js';
import { openCells, toLayerMasks } from './layerMask.js';
import { toMaskGrid } from './maskPicture.js';
import type { CellGrid } from './cellGrid.js';
import type { Palette } from './palette.js';
import { createTokenAxis, foldMaskGrid, type TokenAxis } from './tokenAxis.js';

type Masked = Pick<Trace, 'model' | 'masks' | 'tokens' | 'images'>;

/** One side of a comparison of prompts: its mask with every image folded, and what it costs. */
export interface FoldedMask {
	readonly grid: CellGrid;
	readonly axis: TokenAxis;
	readonly numTokens: number;
	readonly numSoftTokens: number;
	readonly numSquares: number;
	/** Cells that the layer kind leaves open. */
	readonly numOpen: number;
	/** Tokens of the prompt that the window no longer reaches from its end; 0 in a global layer. */
	readonly numOutOfReach: number;
}

/** The mask of one layer kind of a prompt, edits left out. */
export function toFoldedMask(prompt: Masked, layerType: LayerType, palette: Palette): FoldedMask {
	const { tokens, images, masks, model } = prompt;
	const layer = model.config.textConfig.layerTypes.indexOf(layerType);
	const open = openCells(toLayerMasks({ ...prompt, masks: { ...masks, edits: [] } })[layer], 0);
	const axis = createTokenAxis(tokens, new Set(images.keys()));
	const { promptLength, slidingWindow } = masks;
	const whole = toMaskGrid({ open, tokens, layerType, promptLength, edits: [] }, palette);
	return {
		grid: foldMaskGrid(whole, axis, palette.paper),
		axis,
		numTokens: tokens.length,
		numSoftTokens: tokens.filter(({ kind }) => kind === 'image').length,
		numSquares: images.length,
		numOpen: open.reduce((sum, one) => sum + one, 0),
		numOutOfReach: layerType === 'full_attention' ? 0 : Math.max(0, tokens.length - slidingWindow)
	};
}
