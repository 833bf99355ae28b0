import { escapeXml } from './heatSvg.js';
import type { Palette } from './palette.js';

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

const padding = 12;
const titleHeight = 24;
const rowHeight = 20;
const labelWidth = 210;
const barWidth = 260;

/** Names with bars and values, one a row, as a free-standing SVG document. */
export function toBarsSvg({ rows, palette, title }: BarsSvgOptions): string {
	const width = 640;
	const height = rows.length * rowHeight + titleHeight + 2 * padding;
	const text = (content: string, x: number, y: number, fill: string, more = '') =>
		`<text x="${x}" y="${y}" font-family="system-ui, sans-serif" font-size="12" fill="${fill}" ${more}>${escapeXml(content)}</text>`;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
		`<title>${escapeXml(title)}</title><rect width="100%" height="100%" fill="${palette.paper}"/>`,
		text(title, padding, padding + 10, palette.ink, 'font-weight="600"'),
		`<g transform="translate(${padding} ${padding + titleHeight})">`,
		...rows.flatMap(({ label, share, text: value }, row) => {
			const y = row * rowHeight;
			const bar =
				share === null
					? ''
					: `<rect x="${labelWidth}" y="${y + 3}" width="${Math.max(1, barWidth * Math.min(1, share)).toFixed(1)}" height="10" fill="${palette.weight}" fill-opacity="0.78"/>`;
			const valueX = labelWidth + (share === null ? 0 : barWidth + 8);
			return [text(label, 0, y + 12, palette.soft), bar, text(value, valueX, y + 12, palette.ink)];
		}),
		'</g></svg>'
	].join('\n');
}
