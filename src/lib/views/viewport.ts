/** Which part of a matrix is on screen, and how large. Immutable; verbs give a new one. */
export interface Viewport {
	/** Cells; fractions allowed: the matrix coordinate at the left and top edge of the field. */
	readonly column: number;
	readonly row: number;
	/** Side of a cell, CSS pixels. */
	readonly cell: number;
}

export interface Field {
	readonly rows: number;
	readonly columns: number;
	/** CSS pixels. */
	readonly width: number;
	readonly height: number;
}

/** Largest side of a cell, CSS pixels. */
const largestCell = 48;

/** Everything in view. */
export function fitViewport({ rows, columns, width, height }: Field): Viewport {
	return { column: 0, row: 0, cell: Math.min(largestCell, width / columns, height / rows) };
}

/** Zooms by a factor about a point of the field, which keeps its cell. */
export function zoomViewport(
	viewport: Viewport,
	field: Field,
	factor: number,
	x: number,
	y: number
): Viewport {
	const smallest = fitViewport(field).cell;
	const cell = Math.min(largestCell, Math.max(smallest, viewport.cell * factor));
	return clampViewport(
		{
			column: viewport.column + x / viewport.cell - x / cell,
			row: viewport.row + y / viewport.cell - y / cell,
			cell
		},
		field
	);
}

/** Moves what is seen by CSS pixels, as a hand would: positive goes right and down. */
export function panViewport(viewport: Viewport, field: Field, dx: number, dy: number): Viewport {
	const { column, row, cell } = viewport;
	return clampViewport({ column: column - dx / cell, row: row - dy / cell, cell }, field);
}

/** Moves just as far as needed to bring a cell into view. */
export function revealCell(
	viewport: Viewport,
	field: Field,
	at: { row: number; column: number }
): Viewport {
	const reveal = (start: number, size: number, index: number) =>
		index < start ? index : index + 1 > start + size ? index + 1 - size : start;
	const { cell } = viewport;
	const column = reveal(viewport.column, field.width / cell, at.column);
	const row = reveal(viewport.row, field.height / cell, at.row);
	return clampViewport({ column, row, cell }, field);
}

/** No paper beyond the matrix's last row and column, unless all of it fits. */
function clampViewport(viewport: Viewport, field: Field): Viewport {
	const { cell } = viewport;
	const clamp = (start: number, count: number, size: number) =>
		Math.min(Math.max(0, start), Math.max(0, count - size / cell));
	return {
		column: clamp(viewport.column, field.columns, field.width),
		row: clamp(viewport.row, field.rows, field.height),
		cell
	};
}

/** The cell under a point of the field, or null beyond the matrix. */
export function viewportCellAt(
	viewport: Viewport,
	{ rows, columns }: Field,
	x: number,
	y: number
): { row: number; column: number } | null {
	const column = Math.floor(viewport.column + x / viewport.cell);
	const row = Math.floor(viewport.row + y / viewport.cell);
	return row >= 0 && row < rows && column >= 0 && column < columns ? { row, column } : null;
}

/** Indices of labels within a stretch of cells, at least `spacing` pixels apart. */
export function visibleTicks(
	start: number,
	count: number,
	cell: number,
	size: number,
	spacing: number
): number[] {
	let step = 1;
	while (step * cell < spacing) step *= String(step).startsWith('2') ? 2.5 : 2;
	const ticks: number[] = [];
	const end = Math.min(count, start + size / cell);
	for (let i = Math.ceil(start / step) * step; i < end; i += step) {
		// A cell that is cut by the edge has no room for its label.
		if (i >= start - 0.5 && i + 0.5 <= end + 0.5) ticks.push(i);
	}
	return ticks;
}
