import type { Palette } from './palette.js';

/** Fonts that every system and every SVG editor has, or a near relative of; `system-ui` is known to browsers only. */
export const sansFont = "Arial, Helvetica, 'Liberation Sans', sans-serif";
export const monoFont = "Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace";

/** Paper around a picture, and room for its title; pixels. */
export const svgPadding = 12;
export const svgTitleHeight = 22;
const titleSize = 12;

/** Width of a character at most, as a share of the font's size: monospace, and the average of a text in sans. */
const widestCharacter = 0.62;
/** East Asian characters and pictographs take two places. */
const wide =
	/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Upper bound of a text's width, pixels. */
export function svgTextWidth(text: string, fontSize: number): number {
	let places = 0;
	for (const character of text) places += wide.test(character) ? 2 : 1;
	return places * fontSize * widestCharacter;
}

export function escapeXml(text: string): string {
	return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

export interface SvgTextOptions {
	readonly size: number;
	readonly fill: string;
	readonly font?: string;
	/** More attributes: place, anchor, transform. */
	readonly attributes: string;
}

/** A text element; white space within it stays as it is. */
export function svgText(
	content: string,
	{ size, fill, font = sansFont, attributes }: SvgTextOptions
): string {
	return `<text font-family="${font}" font-size="${size}" fill="${fill}" ${attributes} xml:space="preserve">${escapeXml(content)}</text>`;
}

export interface SvgDocumentOptions {
	/** Of the body with the paper around it, title included; a longer title widens it. */
	readonly width: number;
	readonly height: number;
	readonly palette: Palette;
	readonly title: string;
	/** One sentence: what the picture shows. */
	readonly description?: string;
	/** Elements, in coordinates of the whole document. */
	readonly body: readonly string[];
}

/** A free-standing SVG document with its title drawn on top. */
export function toSvgDocument(options: SvgDocumentOptions): string {
	const { palette, title, description, body } = options;
	const titleWidth = svgTextWidth(title, titleSize) + 2 * svgPadding;
	const width = Math.ceil(Math.max(options.width, titleWidth));
	const height = Math.ceil(options.height);
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
		`<title>${escapeXml(title)}</title>${description ? `<desc>${escapeXml(description)}</desc>` : ''}`,
		`<rect width="100%" height="100%" fill="${palette.paper}"/>`,
		svgTitle(title, palette.ink, svgPadding + 10),
		...body,
		'</svg>'
	].join('\n');
}

/** The line above a picture. */
export function svgTitle(title: string, fill: string, y: number): string {
	return svgText(title, {
		size: titleSize,
		fill,
		attributes: `font-weight="600" x="${svgPadding}" y="${y}"`
	});
}

/** Two decimals are finer than any screen. */
export function roundSvg(value: number): number {
	return Math.round(value * 100) / 100;
}
