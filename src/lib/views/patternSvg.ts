import { formatBytes } from './format.js';
import type { Palette } from './palette.js';
import { svgPadding as padding, svgText, svgTextWidth, toSvgDocument } from './svgDocument.js';

/** One layer of a model's pattern. */
export interface PatternLayer {
	readonly layer: number;
	readonly isGlobal: boolean;
	/** Of keys and values. */
	readonly bytes: number;
	/** Tokens; null for a layer that sees everything before. */
	readonly window: number | null;
	/** RoPE base and scaling, in words. */
	readonly rope: string;
}

export interface PatternSvgOptions {
	readonly layers: readonly PatternLayer[];
	readonly palette: Palette;
	readonly title: string;
	readonly description: string;
}

const barHeight = 90;
const step = 16;

/** The layers side by side, a bar a layer as high as its keys and values: true vectors. */
export function toPatternSvg({ layers, palette, title, description }: PatternSvgOptions): string {
	const most = Math.max(...layers.map(({ bytes }) => bytes));
	const base = barHeight + 40;
	return toSvgDocument({
		width: Math.max(layers.length * step, svgTextWidth(description, 11)) + 2 * padding,
		height: barHeight + 84,
		palette,
		title,
		description,
		body: [
			...layers.flatMap(({ layer, isGlobal, bytes }, i) => {
				const size = Math.max(1, (barHeight * bytes) / most);
				const x = padding + i * step;
				const color = isGlobal ? palette.global : palette.local;
				const fill = isGlobal ? palette.globalTile : palette.localTile;
				return [
					`<rect x="${x}" y="${(base - size).toFixed(2)}" width="${step - 3}" height="${size.toFixed(2)}" fill="${fill}" fill-opacity="${isGlobal ? 1 : 0.45}" stroke="${color}" stroke-width="0.8"${isGlobal ? '' : ' stroke-dasharray="1.5 1.5"'}><title>L${layer}: ${formatBytes(bytes)}</title></rect>`,
					svgText(String(layer), {
						size: 9,
						fill: color,
						attributes: `text-anchor="middle" x="${x + (step - 3) / 2}" y="${base + 12}"`
					})
				];
			}),
			svgText(description, {
				size: 11,
				fill: palette.soft,
				attributes: `x="${padding}" y="${base + 32}"`
			})
		]
	});
}
