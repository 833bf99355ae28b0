/** Where a matrix lies: the cells, and room for labels on the left and above. Lengths are CSS pixels. */
export interface MatrixLayout {
	readonly rows: number;
	readonly columns: number;
	/** Side of a cell. */
	readonly cell: number;
	/** Device pixels a cell is drawn with. */
	readonly cellPixels: number;
	/** Cells are no whole number of device pixels on screen: the picture is scaled down, smoothly. */
	readonly scaled: boolean;
	/** Left and top edge of the first cell. */
	readonly left: number;
	readonly top: number;
	/** Of the whole picture, labels included. */
	readonly width: number;
	readonly height: number;
	/** Whether there is room for a token's text beside each row. */
	readonly labelled: boolean;
}

export interface MatrixLayoutOptions {
	readonly rows: number;
	readonly columns: number;
	/** Width that the picture may take. */
	readonly availableWidth: number;
	/** Device pixels a CSS pixel. */
	readonly pixelRatio?: number;
	readonly maxCell?: number;
	/** Room on the left and above, when rows and columns carry token texts, and when only numbers. */
	readonly labelRoom?: { readonly left: number; readonly top: number };
	readonly numberRoom?: { readonly left: number; readonly top: number };
}

export interface Cell {
	readonly row: number;
	readonly column: number;
}

/** Smallest cell that leaves a text label readable beside it. */
const smallestLabelledCell = 11;

/** Below this many device pixels, rounding a cell down would waste too much of the width. */
const smallestSharpCell = 6;

/**
 * Fits a matrix into a width. Cells are whole device pixels where they have a few, so that lines stay
 * sharp; token labels are given up first when it gets tight.
 *
 * @throws RangeError if there are no rows or columns
 */
export function createMatrixLayout(options: MatrixLayoutOptions): MatrixLayout {
	const { rows, columns, availableWidth, pixelRatio = 1, maxCell = 26 } = options;
	const { labelRoom = { left: 84, top: 64 }, numberRoom = { left: 26, top: 16 } } = options;
	if (rows < 1 || columns < 1) throw new RangeError(`no cells to lay out: ${rows} × ${columns}`);

	const fit = (left: number) => {
		const space = Math.max(1, availableWidth - left);
		const pixels = Math.min(maxCell, space / columns) * pixelRatio;
		const scaled = pixels < smallestSharpCell;
		const cellPixels = scaled ? Math.ceil(pixels) : Math.floor(pixels);
		return { cell: scaled ? space / columns : cellPixels / pixelRatio, cellPixels, scaled };
	};
	const roomy = fit(labelRoom.left);
	const labelled = roomy.cell >= smallestLabelledCell;
	const { cell, cellPixels, scaled } = labelled ? roomy : fit(numberRoom.left);
	const { left, top } = labelled ? labelRoom : numberRoom;
	return {
		rows,
		columns,
		cell,
		cellPixels,
		scaled,
		left,
		top,
		width: left + columns * cell,
		height: top + rows * cell,
		labelled
	};
}

/** The cell under a point of the picture, or null outside the cells. */
export function cellAt(layout: MatrixLayout, x: number, y: number): Cell | null {
	const column = Math.floor((x - layout.left) / layout.cell);
	const row = Math.floor((y - layout.top) / layout.cell);
	const inside = row >= 0 && row < layout.rows && column >= 0 && column < layout.columns;
	return inside ? { row, column } : null;
}

/** Left and top edge of a cell; `cellAt` of its middle is the cell. */
export function cellOrigin(layout: MatrixLayout, cell: Cell): { x: number; y: number } {
	return {
		x: layout.left + cell.column * layout.cell,
		y: layout.top + cell.row * layout.cell
	};
}

/** Indices that carry a number: every 1, 2, 5, 10 … so that two are at least `spacing` apart. */
export function matrixTicks(count: number, cell: number, spacing = 22): number[] {
	let step = 1;
	for (let decade = 1; step * cell < spacing; decade *= 10) {
		const next = [1, 2, 5].map((digit) => digit * decade).find((s) => s * cell >= spacing);
		step = next ?? 10 * decade;
	}
	return Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
}

/** The cell one arrow key away, kept inside; null if the key moves nothing. */
export function moveCell(cell: Cell, key: string, rows: number, columns: number): Cell | null {
	const { row, column } = cell;
	const clamp = (value: number, count: number) => Math.min(count - 1, Math.max(0, value));
	switch (key) {
		case 'ArrowUp':
			return { row: clamp(row - 1, rows), column };
		case 'ArrowDown':
			return { row: clamp(row + 1, rows), column };
		case 'ArrowLeft':
			return { row, column: clamp(column - 1, columns) };
		case 'ArrowRight':
			return { row, column: clamp(column + 1, columns) };
		case 'Home':
			return { row, column: 0 };
		case 'End':
			return { row, column: columns - 1 };
		case 'PageUp':
			return { row: 0, column };
		case 'PageDown':
			return { row: rows - 1, column };
		default:
			return null;
	}
}
