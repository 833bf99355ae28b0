/** How one cell is drawn, beside its colour. */
export const texture = {
	/** A filled square. */
	solid: 0,
	/** Paper inside a hairline: the mask forbids the cell. */
	closed: 1,
	/** Diagonal lines in the cell's colour: both tokens belong to one image. */
	hatch: 2
} as const;

/** Added to a texture: a corner notch, for a cell that an edit opened or closed. */
export const notch = 4;

/** A matrix ready to be drawn: one colour and one texture a cell, row-major; rows are queries. */
export interface CellGrid {
	readonly rows: number;
	readonly columns: number;
	/** `0xAABBGGRR`, see `toPixel`. */
	readonly fill: Uint32Array;
	readonly texture: Uint8Array;
	/** Paper between solid cells, as a fraction of the cell: 0 for a field, more for tiles. */
	readonly gap: number;
}

/** An empty grid of the given size. */
export function createCellGrid(rows: number, columns: number, gap: number): CellGrid {
	const count = rows * columns;
	return { rows, columns, fill: new Uint32Array(count), texture: new Uint8Array(count), gap };
}
