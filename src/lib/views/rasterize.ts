import { notch, texture, type CellGrid } from './cellGrid.js';
import { toPixel, type Palette } from './palette.js';

/** An opaque RGBA picture; `data` fits `new ImageData(data, width, height)`. */
export interface Raster {
	readonly width: number;
	readonly height: number;
	readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** Below this many pixels a cell is one flat colour: hairlines and hatches would only be noise. */
const smallestTexturedCell = 4;

/**
 * Draws a grid with `cellPixels` device pixels a side for each cell, gaps, hairlines, hatches and
 * notches included. Hatches are laid over the whole picture, so that they run on from cell to cell.
 *
 * @throws RangeError if `cellPixels` is not a positive integer
 */
export function rasterize(grid: CellGrid, cellPixels: number, palette: Palette): Raster {
	if (!Number.isInteger(cellPixels) || cellPixels < 1) {
		throw new RangeError(`invalid cellPixels: ${cellPixels}`);
	}
	const width = grid.columns * cellPixels;
	const height = grid.rows * cellPixels;
	const pixels = new Uint32Array(width * height);
	const paint = cellPixels < smallestTexturedCell ? flatPainter : texturedPainter;
	paint(grid, cellPixels, palette, pixels, width);
	return { width, height, data: new Uint8ClampedArray(pixels.buffer) };
}

type Painter = (
	grid: CellGrid,
	cellPixels: number,
	palette: Palette,
	pixels: Uint32Array,
	width: number
) => void;

const flatPainter: Painter = (grid, cellPixels, palette, pixels, width) => {
	const paper = toPixel(palette.paper);
	for (let row = 0, i = 0; row < grid.rows; row++) {
		const top = row * cellPixels * width;
		for (let column = 0, at = top; column < grid.columns; column++, i++) {
			const color = (grid.texture[i] & ~notch) === texture.closed ? paper : grid.fill[i];
			for (let x = 0; x < cellPixels; x++) pixels[at++] = color;
		}
		for (let y = 1; y < cellPixels; y++) pixels.copyWithin(top + y * width, top, top + width);
	}
};

const texturedPainter: Painter = (grid, cellPixels, palette, pixels, width) => {
	const paper = toPixel(palette.paper);
	const rule = toPixel(palette.rule);
	const mark = toPixel(palette.ink);
	const gap = Math.round(grid.gap * cellPixels);
	const side = cellPixels - gap;
	// A closed cell keeps a hairline gap even in a field, so that the fine grid reads as cells.
	const closedSide = cellPixels - Math.max(gap, 1);
	const hatchPeriod = Math.max(4, Math.round(cellPixels / 3));
	const notchSide = Math.max(2, Math.round(cellPixels / 3));
	pixels.fill(paper);
	for (let row = 0, i = 0; row < grid.rows; row++) {
		for (let column = 0; column < grid.columns; column++, i++) {
			const kind = grid.texture[i] & ~notch;
			const edited = (grid.texture[i] & notch) !== 0;
			const fill = grid.fill[i];
			const extent = kind === texture.closed ? closedSide : side;
			for (let y = 0; y < extent; y++) {
				const top = row * cellPixels + y;
				const start = top * width + column * cellPixels;
				for (let x = 0; x < extent; x++) {
					const edge = y === 0 || x === 0 || y === extent - 1 || x === extent - 1;
					let color = fill;
					if (kind === texture.closed) color = edge ? rule : paper;
					else if (kind === texture.hatch) {
						const line = (column * cellPixels + x + top) % hatchPeriod === 0;
						color = edge || line ? fill : paper;
					}
					if (edited && x - (extent - notchSide) >= y) color = mark;
					pixels[start + x] = color;
				}
			}
		}
	}
};
