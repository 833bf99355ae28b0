import { formatBytes } from './format.js';
import { escapeXml } from './heatSvg.js';
import type { Palette } from './palette.js';

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
const padding = 12;
const step = 16;

/** The layers side by side, a bar a layer as high as its keys and values: true vectors. */
export function toPatternSvg({ layers, palette, title, description }: PatternSvgOptions): string {
	const most = Math.max(...layers.map(({ bytes }) => bytes));
	const width = Math.ceil(
		Math.max(layers.length * step + 2 * padding, 8 * title.length, 6.2 * description.length)
	);
	const height = barHeight + 84;
	const base = barHeight + 40;
	const text = (content: string, color: string, attributes: string) =>
		`<text font-family="system-ui, sans-serif" fill="${color}" ${attributes}>${escapeXml(content)}</text>`;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
		`<title>${escapeXml(title)}</title><desc>${escapeXml(description)}</desc>`,
		`<rect width="100%" height="100%" fill="${palette.paper}"/>`,
		text(title, palette.ink, `font-size="12" font-weight="600" x="${padding}" y="22"`),
		...layers.flatMap(({ layer, isGlobal, bytes }, i) => {
			const size = Math.max(1, (barHeight * bytes) / most);
			const x = padding + i * step;
			const color = isGlobal ? palette.global : palette.local;
			const fill = isGlobal ? palette.globalTile : palette.localTile;
			return [
				`<rect x="${x}" y="${(base - size).toFixed(2)}" width="${step - 3}" height="${size.toFixed(2)}" fill="${fill}" fill-opacity="${isGlobal ? 1 : 0.45}" stroke="${color}" stroke-width="0.8"${isGlobal ? '' : ' stroke-dasharray="1.5 1.5"'}><title>L${layer}: ${formatBytes(bytes)}</title></rect>`,
				text(
					String(layer),
					color,
					`font-size="9" text-anchor="middle" x="${x + (step - 3) / 2}" y="${base + 12}"`
				)
			];
		}),
		text(description, palette.soft, `font-size="11" x="${padding}" y="${base + 32}"`),
		'</svg>'
	].join('\n');
}
