import type { Tensor } from '../tensor/tensor.js';
import type { Raster } from './rasterize.js';
import { toColors } from './weightPixels.js';

/** One head at a glance: the matrix, or the largest weight of each of its tiles. */
export interface Thumbnail {
	readonly size: number;
	/** `[size, size]` */
	readonly weights: Float32Array;
}

/**
 * Every head of a layer, at most `size` cells a side. A tile shows its largest weight, so that a thin
 * diagonal does not fade away.
 *
 * @param attention `[heads, n, n]`
 */
export function toThumbnails(attention: Tensor, size = 48): Thumbnail[] {
	const [heads, length] = attention.dims;
	const plane = length * length;
	return Array.from({ length: heads }, (_, head) => {
		const weights = attention.data.subarray(head * plane, (head + 1) * plane);
		return length <= size
			? { size: length, weights: weights.slice() }
			: { size, weights: poolLargest(weights, length, size) };
	});
}

function poolLargest(weights: Float32Array, length: number, size: number): Float32Array {
	const pooled = new Float32Array(size * size);
	/** First cell of each tile, and of the one behind the last. */
	const starts = Uint16Array.from({ length: size + 1 }, (_, i) => Math.ceil((i * length) / size));
	for (let tileRow = 0; tileRow < size; tileRow++) {
		for (let query = starts[tileRow]; query < starts[tileRow + 1]; query++) {
			const row = query * length;
			for (let tile = 0, at = tileRow * size; tile < size; tile++, at++) {
				const end = row + starts[tile + 1];
				let largest = pooled[at];
				for (let i = row + starts[tile]; i < end; i++) {
					if (weights[i] > largest) largest = weights[i];
				}
				pooled[at] = largest;
			}
		}
	}
	return pooled;
}

export interface Sheet {
	readonly columns: number;
	readonly rows: number;
	/** Device pixels of one picture, and of the paper between two. */
	readonly tile: number;
	readonly gap: number;
}

/**
 * Thumbnails side by side as one picture, in reading order; a null leaves its place empty.
 *
 * @param lookup of `createWeightLookup`
 */
export function toSheet(
	thumbnails: readonly (Thumbnail | null)[],
	{ columns, rows, tile, gap }: Sheet,
	lookup: Uint32Array,
	paper: number
): Raster {
	const step = tile + gap;
	const width = columns * step - gap;
	const height = rows * step - gap;
	const pixels = new Uint32Array(width * height).fill(paper);
	const source = new Uint16Array(tile);
	thumbnails.forEach((thumbnail, index) => {
		if (!thumbnail) return;
		const { size, weights } = thumbnail;
		const left = (index % columns) * step;
		const top = Math.floor(index / columns) * step;
		for (let i = 0; i < tile; i++) source[i] = Math.floor((i * size) / tile);
		const colors = toColors(weights, lookup);
		for (let y = 0; y < tile; y++) {
			const from = source[y] * size;
			const to = (top + y) * width + left;
			for (let x = 0; x < tile; x++) pixels[to + x] = colors[from + source[x]];
		}
	});
	return { width, height, data: new Uint8ClampedArray(pixels.buffer) };
}
