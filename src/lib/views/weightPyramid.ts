import type { WeightMatrix } from './attentionPicture.js';
import type { Viewport } from './viewport.js';
import { writeColors } from './weightPixels.js';

interface Level {
	/** Rows and columns. */
	readonly size: number;
	/** `[size, size]` */
	readonly weights: Float32Array;
	/** `[size, size]`, 1 where the mask is open; null when closed cells are 0 already. */
	readonly open: Uint8Array | null;
}

/**
 * A square matrix at half, a quarter, … of its size, made when first asked for: a cell holds the
 * largest weight of the cells that it stands for, so that a thin diagonal does not fade away. A whole
 * matrix is drawn from a level that has little more cells than the screen has pixels.
 */
export class WeightPyramid {
	readonly #levels: Level[];

	/**
	 * @param open `[size, size]`, 1 where the mask is open; weights of closed cells count as 0
	 * @throws RangeError if the matrix is not square
	 */
	constructor({ queries, keys, weights }: WeightMatrix, open: Uint8Array | null = null) {
		if (queries !== keys) throw new RangeError(`a matrix of ${queries} × ${keys} is not square`);
		this.#levels = [{ size: keys, weights, open }];
	}

	get size(): number {
		return this.#levels[0].size;
	}

	/** Level 0 is the matrix itself; a cell of level i stands for 2^i × 2^i of its cells. */
	level(index: number): Level {
		while (this.#levels.length <= index) this.#levels.push(halve(this.#levels.at(-1)!));
		return this.#levels[index];
	}
}

function halve({ size, weights, open }: Level): Level {
	const half = Math.ceil(size / 2);
	const halved = new Float32Array(half * half);
	for (let row = 0; row < size; row++) {
		let at = (row >> 1) * half;
		const end = (row + 1) * size;
		for (let i = row * size; i < end; i += 2, at++) {
			let largest = halved[at];
			if (weights[i] > largest && (open === null || open[i] === 1)) largest = weights[i];
			const next = i + 1;
			if (next < end && weights[next] > largest && (open === null || open[next] === 1)) {
				largest = weights[next];
			}
			halved[at] = largest;
		}
	}
	return { size: half, weights: halved, open: null };
}

export interface WeightPicture {
	/** Which cells are in view; lengths are CSS pixels. */
	readonly viewport: Viewport;
	/** Device pixels a CSS pixel. */
	readonly pixelRatio: number;
	/** Colours by `createWeightLookup`. */
	readonly lookup: Uint32Array;
}

/**
 * Draws what is in view, pixel by pixel: the cell under it, or the largest weight of those under it.
 * Closed cells, and what lies beyond the matrix, are drawn as weight 0: as paper.
 *
 * @param pixels `[side, side]`, `0xAABBGGRR`; all of it is written
 * @param side of the picture, device pixels
 */
export function drawWeights(
	pyramid: WeightPyramid,
	{ viewport, pixelRatio, lookup }: WeightPicture,
	pixels: Uint32Array,
	side: number
): void {
	const cellsPerPixel = 1 / (viewport.cell * pixelRatio);
	const index = cellsPerPixel > 1 ? Math.floor(Math.log2(cellsPerPixel)) : 0;
	const scale = 2 ** index;
	const level = pyramid.level(index);
	const step = cellsPerPixel / scale;
	const columns = toSpans(viewport.column / scale, step, side, level.size);
	const rows = toSpans(viewport.row / scale, step, side, level.size);
	const line = new Float32Array(side);
	for (let y = 0; y < side; y++) {
		const top = y * side;
		const [start, end] = [rows.starts[y], rows.ends[y]];
		if (y > 0 && start === rows.starts[y - 1] && end === rows.ends[y - 1]) {
			pixels.copyWithin(top, top - side, top);
			continue;
		}
		line.fill(0);
		for (let row = start; row < end; row++) raiseLine(line, level, row, columns);
		writeColors(line, lookup, pixels, top);
	}
}

/** Raises each pixel of a line to the largest weight under it in one row of cells. */
function raiseLine(
	line: Float32Array,
	{ size, weights, open }: Level,
	row: number,
	{ starts, ends }: Spans
): void {
	const left = row * size;
	for (let x = 0; x < line.length; x++) {
		let largest = line[x];
		for (let i = left + starts[x], end = left + ends[x]; i < end; i++) {
			if (weights[i] > largest && (open === null || open[i] === 1)) largest = weights[i];
		}
		line[x] = largest;
	}
}

interface Spans {
	readonly starts: Int32Array;
	readonly ends: Int32Array;
}

/** Cells under each pixel, half-open; none beyond the matrix. */
function toSpans(start: number, step: number, side: number, size: number): Spans {
	const starts = new Int32Array(side);
	const ends = new Int32Array(side);
	for (let i = 0; i < side; i++) {
		const from = start + i * step;
		// At more than a pixel a cell the one in the pixel's middle; else all that it touches.
		const first = step < 1 ? Math.floor(from + step / 2) : Math.floor(from + 1e-6);
		const end = step < 1 ? first + 1 : Math.ceil(from + step - 1e-6);
		starts[i] = Math.min(size, first);
		ends[i] = Math.min(size, end);
	}
	return { starts, ends };
}
