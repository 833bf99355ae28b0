import type { Heatmap } from './imageHeatmap.js';
import { toPixel } from './palette.js';
import type { Raster } from './rasterize.js';
import { toRampPosition, type WeightScale } from './weightScale.js';

/** How strongly the largest weight covers the picture; the rest of it still shows through. */
const strongest = 0.85;

/** Opacity of a weight, 0 to 1, on a scale that ends at `largest`. */
export function heatOpacity(
	weight: number,
	largest: number,
	scale: WeightScale = 'linear'
): number {
	return largest > 0 ? strongest * toRampPosition(weight / largest, scale) : 0;
}

/**
 * A heat map as transparent pixels to lay over the picture: one colour, the weight as opacity.
 *
 * @param source size of the picture in its own pixels
 * @param target size of the raster in device pixels
 * @param largest weight at the end of the scale
 */
export function rasterizeHeatmap(
	heatmap: Heatmap,
	source: { width: number; height: number },
	target: { width: number; height: number },
	largest: number,
	color: string,
	scale?: WeightScale
): Raster {
	const { width, height } = target;
	const pixels = new Uint32Array(width * height);
	const opaque = toPixel(color) & 0xffffff;
	const toColumn = (x: number) => Math.round((x / source.width) * width);
	const toRow = (y: number) => Math.round((y / source.height) * height);
	for (const cell of heatmap.cells) {
		const alpha = Math.round(255 * heatOpacity(cell.weight, largest, scale));
		const pixel = ((alpha << 24) | opaque) >>> 0;
		const left = toColumn(cell.x);
		const right = toColumn(cell.x + cell.width);
		const bottom = toRow(cell.y + cell.height);
		for (let y = toRow(cell.y); y < bottom; y++) {
			pixels.fill(pixel, y * width + left, y * width + right);
		}
	}
	return { width, height, data: new Uint8ClampedArray(pixels.buffer) };
}
