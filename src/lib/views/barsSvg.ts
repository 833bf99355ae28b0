import type { Palette } from './palette.js';
import { svgPadding as padding, svgText, svgTextWidth, toSvgDocument } from './svgDocument.js';

export interface BarRow {
	readonly label: string;
	/** Length of the bar, 0 to 1; null for a fact without one. */
	readonly share: number | null;
	/** The value in words, behind the bar. */
	readonly text: string;
}

export interface BarsSvgOptions {
	readonly rows: readonly BarRow[];
	readonly palette: Palette;
	readonly title: string;
}

const titleHeight = 24;
const rowHeight = 20;
const fontSize = 12;
const leastLabelWidth = 210;
const barWidth = 260;

/** Names with bars and values, one a row, as a free-standing SVG document. */
export function toBarsSvg({ rows, palette, title }: BarsSvgOptions): string {
	const widthOf = (content: string) => svgTextWidth(content, fontSize);
	const labelWidth = Math.max(leastLabelWidth, ...rows.map(({ label }) => widthOf(label) + 8));
	const valueX = (share: number | null) => labelWidth + (share === null ? 0 : barWidth + 8);
	const text = (content: string, x: number, y: number, fill: string) =>
		svgText(content, { size: fontSize, fill, attributes: `x="${x}" y="${y}"` });
	return toSvgDocument({
		width: Math.max(616, ...rows.map((row) => valueX(row.share) + widthOf(row.text))) + 2 * padding,
		height: rows.length * rowHeight + titleHeight + 2 * padding,
		palette,
		title,
		body: [
			`<g transform="translate(${padding} ${padding + titleHeight})">`,
			...rows.flatMap(({ label, share, text: value }, row) => {
				const y = row * rowHeight;
				const bar =
					share === null
						? ''
						: `<rect x="${labelWidth}" y="${y + 3}" width="${Math.max(1, barWidth * Math.min(1, share)).toFixed(1)}" height="10" fill="${palette.weight}" fill-opacity="0.78"/>`;
				return [
					text(label, 0, y + 12, palette.soft),
					bar,
					text(value, valueX(share), y + 12, palette.ink)
				];
			}),
			'</g>'
		]
	});
}
