import type { LayerType } from '../gemma3/configuration.js';
import { toPixel, type Palette } from './palette.js';

/**
 * Sets of positions by depth as pixels, last layer on top: a reached position has the colour of the
 * layer that leads to its depth, the embeddings (depth 0) grey.
 *
 * @param levels `[depth + 1][positions]`, depth 0 first
 * @returns `[depth + 1, positions]`, depth 0 last
 */
export function toReachPixels(
	levels: readonly Uint8Array[],
	layerTypes: readonly LayerType[],
	palette: Palette
): Uint32Array<ArrayBuffer> {
	const width = levels[0].length;
	const paper = toPixel(palette.paper);
	const colors = levels.map((_, depth) =>
		toPixel(
			depth === 0
				? palette.control
				: layerTypes[depth - 1] === 'full_attention'
					? palette.globalTile
					: palette.localTile
		)
	);
	const pixels = new Uint32Array(levels.length * width);
	levels.forEach((level, depth) => {
		const row = levels.length - 1 - depth;
		for (let i = 0; i < width; i++) pixels[row * width + i] = level[i] ? colors[depth] : paper;
	});
	return pixels;
}
