import { escapeXml } from './heatSvg.js';
import type { Palette } from './palette.js';

export interface DrawnToken {
	readonly label: string;
	readonly kind: 'text' | 'control' | 'image';
	/** From 0 to 1: a bar below the token. */
	readonly share?: number;
	/** Whether a new line begins behind it. */
	readonly breaks?: boolean;
}

export interface TokensSvgOptions {
	readonly tokens: readonly DrawnToken[];
	readonly palette: Palette;
	readonly title: string;
	/** CSS pixels. */
	readonly width?: number;
}

const padding = 12;
const titleHeight = 24;
const lineHeight = 26;
const gap = 3;
/** Of a character of the label font, 12 pixels high. */
const characterWidth = 7.3;

/** Tokens in lines, as in a token strip, as a free-standing SVG document. */
export function toTokensSvg({ tokens, palette, title, width = 640 }: TokensSvgOptions): string {
	let x = 0;
	let line = 0;
	const parts = tokens.map(({ label, kind, share = 0, breaks }) => {
		const tokenWidth = Array.from(label).length * characterWidth + 8;
		if (x > 0 && x + tokenWidth > width - 2 * padding) {
			x = 0;
			line++;
		}
		const at = `x="${round(x)}" y="${line * lineHeight}"`;
		const color = kind === 'text' ? palette.ink : palette[kind];
		const edge = kind === 'text' ? palette.rule : color;
		const svg = [
			`<rect ${at} width="${round(tokenWidth)}" height="20" rx="3" fill="none" stroke="${edge}" stroke-width="0.8"/>`,
			share > 0
				? `<rect x="${round(x)}" y="${line * lineHeight + 20}" width="${round(tokenWidth * Math.min(1, share))}" height="3" fill="${palette.weight}"/>`
				: '',
			`<text x="${round(x + 4)}" y="${line * lineHeight + 14}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="12" fill="${color}" xml:space="preserve">${escapeXml(label)}</text>`
		].join('');
		x += tokenWidth + gap;
		if (breaks) {
			x = 0;
			line++;
		}
		return svg;
	});
	const height = (line + (x > 0 ? 1 : 0)) * lineHeight + titleHeight + 2 * padding;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
		`<title>${escapeXml(title)}</title><rect width="100%" height="100%" fill="${palette.paper}"/>`,
		`<text x="${padding}" y="${padding + 10}" font-family="system-ui, sans-serif" font-size="12" font-weight="600" fill="${palette.ink}">${escapeXml(title)}</text>`,
		`<g transform="translate(${padding} ${padding + titleHeight})">`,
		...parts,
		'</g></svg>'
	].join('\n');
}

function round(value: number): number {
	return Math.round(value * 100) / 100;
}
