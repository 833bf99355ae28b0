/**
 * Where a table of cells lies that need not be square: layers × positions, heads × scores. Lengths
 * are CSS pixels.
 */
export interface HeatLayout {
	readonly rows: number;
	readonly columns: number;
	readonly cellWidth: number;
	readonly cellHeight: number;
	/** Room for the row labels, and for the column labels. */
	readonly left: number;
	readonly top: number;
	readonly width: number;
	readonly height: number;
}

export interface HeatLayoutOptions {
	readonly rows: number;
	readonly columns: number;
	readonly availableWidth: number;
	/** Cells are no wider than this. */
	readonly maxCellWidth?: number;
	readonly cellHeight?: number;
	readonly left?: number;
	readonly top?: number;
}

/** @throws RangeError if there are no cells */
export function createHeatLayout(options: HeatLayoutOptions): HeatLayout {
	const { rows, columns, availableWidth, maxCellWidth = 28, cellHeight = 16 } = options;
	const { left = 34, top = 18 } = options;
	if (rows < 1 || columns < 1) throw new RangeError(`no cells to lay out: ${rows} × ${columns}`);
	const cellWidth = Math.min(maxCellWidth, Math.max(1, availableWidth - left) / columns);
	return {
		rows,
		columns,
		cellWidth,
		cellHeight,
		left,
		top,
		width: left + columns * cellWidth,
		height: top + rows * cellHeight
	};
}

/** The cell under a point of the picture, or null. */
export function heatCellAt(
	layout: HeatLayout,
	x: number,
	y: number
): { row: number; column: number } | null {
	const column = Math.floor((x - layout.left) / layout.cellWidth);
	const row = Math.floor((y - layout.top) / layout.cellHeight);
	const inside = row >= 0 && row < layout.rows && column >= 0 && column < layout.columns;
	return inside ? { row, column } : null;
}
