import type { Palette } from './palette.js';
import {
	monoFont,
	roundSvg as round,
	svgPadding as padding,
	svgText,
	svgTextWidth,
	toSvgDocument
} from './svgDocument.js';

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

const titleHeight = 24;
const lineHeight = 26;
const gap = 3;
const fontSize = 12;

/** Tokens in lines, as in a token strip, as a free-standing SVG document. */
export function toTokensSvg({ tokens, palette, title, width = 640 }: TokensSvgOptions): string {
	let x = 0;
	let line = 0;
	let widest = 0;
	const parts = tokens.map(({ label, kind, share = 0, breaks }) => {
		const tokenWidth = svgTextWidth(label, fontSize) + 8;
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
			svgText(label, {
				size: fontSize,
				fill: color,
				font: monoFont,
				attributes: `x="${round(x + 4)}" y="${line * lineHeight + 14}"`
			})
		].join('');
		widest = Math.max(widest, x + tokenWidth);
		x += tokenWidth + gap;
		if (breaks) {
			x = 0;
			line++;
		}
		return svg;
	});
	const height = (line + (x > 0 ? 1 : 0)) * lineHeight + titleHeight + 2 * padding;
	return toSvgDocument({
		width: Math.max(width, widest + 2 * padding),
		height,
		palette,
		title,
		body: [`<g transform="translate(${padding} ${padding + titleHeight})">`, ...parts, '</g>']
	});
}
