import { createCellGrid, texture, type CellGrid } from './cellGrid.js';
import { formatCount, formatPlural } from './format.js';
import { toPixel, type Palette } from './palette.js';

/** How one cell stands in two masks. */
export const maskChange = { closed: 0, both: 1, onlyFirst: 2, onlySecond: 3 } as const;

export interface MaskDifference {
	readonly size: number;
	/** `[size, size]`, values of `maskChange`. */
	readonly cells: Uint8Array;
	/** Cells by `maskChange`. */
	readonly counts: readonly [closed: number, both: number, onlyFirst: number, onlySecond: number];
	/** Queries with at least one cell that differs. */
	readonly rows: number;
}

/**
 * Two masks of one prompt, cell by cell.
 *
 * @param first `[size, size]`, 1 where open
 * @throws RangeError if they have not the same size
 */
export function compareMasks(first: Uint8Array, second: Uint8Array, size: number): MaskDifference {
	if (first.length !== size * size || second.length !== size * size) {
		throw new RangeError(
			`masks of ${first.length} and ${second.length} cells cannot be compared at ${size} × ${size}`
		);
	}
	const cells = new Uint8Array(size * size);
	const counts: [number, number, number, number] = [0, 0, 0, 0];
	let rows = 0;
	for (let query = 0, i = 0; query < size; query++) {
		let differs = false;
		for (let key = 0; key < size; key++, i++) {
			const change = first[i]
				? second[i]
					? maskChange.both
					: maskChange.onlyFirst
				: second[i]
					? maskChange.onlySecond
					: maskChange.closed;
			cells[i] = change;
			counts[change]++;
			if (change >= maskChange.onlyFirst) differs = true;
		}
		if (differs) rows++;
	}
	return { size, cells, counts, rows };
}

/** Both as quiet tiles, only in the first solid, only in the second hatched: told apart without colour. */
export function toDifferenceGrid(difference: MaskDifference, palette: Palette): CellGrid {
	const grid = createCellGrid(difference.size, difference.size, 0.08);
	const colors = [palette.rule, palette.rule, palette.accent, palette.alert].map(toPixel);
	const textures = [texture.closed, texture.solid, texture.solid, texture.hatch];
	for (let i = 0; i < difference.cells.length; i++) {
		grid.fill[i] = colors[difference.cells[i]];
		grid.texture[i] = textures[difference.cells[i]];
	}
	return grid;
}

/** The comparison in a sentence. */
export function describeDifference(
	{ counts, rows }: MaskDifference,
	[first, second]: readonly [string, string]
): string {
	const [, both, onlyFirst, onlySecond] = counts;
	if (onlyFirst + onlySecond === 0) return `the same: ${formatCount(both)} cells open in both`;
	return `${formatPlural(onlyFirst, 'cell')} open only under ${first}, ${formatCount(onlySecond)} only under ${second}, in ${formatPlural(rows, 'row')}; ${formatCount(both)} in both`;
}
