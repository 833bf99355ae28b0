import { softTokenOfPatch } from '../gemma3/visionAttention.js';
import type { Tensor } from '../tensor/tensor.js';
import type { TraceImage } from '../trace/trace.js';
import type { Heatmap } from './imageHeatmap.js';
import type { Box } from './softTokenGrid.js';

/** A square's grid of patches: `side²`, row-major. */
export interface PatchGrid {
	readonly side: number;
	/** Which soft token each patch is pooled into, `[patches]`. */
	readonly softToken: Uint32Array;
}

/**
 * The patches of a square, and the soft tokens that they are pooled into.
 *
 * @param imageSize side of the square, pixels
 * @param gridSize soft tokens a side
 */
export function createPatchGrid(imageSize: number, patchSize: number, gridSize: number): PatchGrid {
	const side = Math.floor(imageSize / patchSize);
	return { side, softToken: softTokenOfPatch(side ** 2, gridSize ** 2) };
}

/** The patches that a soft token is the mean of, in order. */
export function patchesOf({ softToken }: PatchGrid, index: number): number[] {
	const patches: number[] = [];
	softToken.forEach((soft, patch) => {
		if (soft === index) patches.push(patch);
	});
	return patches;
}

/** A cell of an even grid laid over a box. */
export function gridCell(box: Box, side: number, index: number): Box {
	const width = box.width / side;
	const height = box.height / side;
	return {
		x: box.x + (index % side) * width,
		y: box.y + Math.floor(index / side) * height,
		width,
		height
	};
}

/** Index of the grid cell under a point; null outside the box. */
export function gridIndexAt(
	box: Box,
	side: number,
	point: { readonly x: number; readonly y: number }
): number | null {
	const column = Math.floor(((point.x - box.x) / box.width) * side);
	const row = Math.floor(((point.y - box.y) / box.height) * side);
	return column >= 0 && column < side && row >= 0 && row < side ? row * side + column : null;
}

/**
 * One row of the vision tower's attention over a square, mean of the heads that are given.
 *
 * @param attention `[heads, rows, columns]`; columns are the cells of an even grid
 * @param query which row
 */
export function towerHeatmap(attention: Tensor, query: number, image: TraceImage): Heatmap {
	const [heads, rows, columns] = attention.dims;
	const side = Math.sqrt(columns);
	const cells = Array.from({ length: columns }, (_, index) => {
		let weight = 0;
		for (let head = 0; head < heads; head++) {
			weight += attention.data[(head * rows + query) * columns + index] / heads;
		}
		return { ...gridCell(image.box, side, index), weight, key: index };
	});
	const largest = cells.reduce((most, { weight }) => Math.max(most, weight), 0);
	return { cells, largest, total: cells.reduce((sum, { weight }) => sum + weight, 0) };
}
