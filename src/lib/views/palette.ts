import { rgb } from 'd3-color';

/** The colours of one theme, as `#rrggbb`. Each carries one meaning, everywhere. */
export interface Palette {
	readonly paper: string;
	readonly panel: string;
	readonly ink: string;
	/** Secondary text. */
	readonly soft: string;
	/** Hairlines and the fine grid of closed cells. */
	readonly rule: string;
	/** Selection and the one action. */
	readonly accent: string;
	readonly local: string;
	readonly global: string;
	/** Open cells of a mask, lighter than the words of the same kind. */
	readonly localTile: string;
	readonly globalTile: string;
	readonly image: string;
	readonly control: string;
	readonly alert: string;
	/** The far end of the weight ramp. */
	readonly weight: string;
	/** The far ends of the signed ramp; 0 is paper. */
	readonly positive: string;
	readonly negative: string;
}

/** `src/routes/app.css` repeats these as custom properties; a test holds the two together. */
export const lightPalette: Palette = {
	paper: '#fcfcfa',
	panel: '#ffffff',
	ink: '#1b1c1e',
	soft: '#64676c',
	rule: '#e4e3de',
	accent: '#3b4cc0',
	local: '#0c776d',
	global: '#9a6007',
	localTile: '#2f9e93',
	globalTile: '#c0862a',
	image: '#a92a79',
	control: '#6b6e73',
	alert: '#b3261e',
	weight: '#1b275e',
	positive: '#2c3f9e',
	negative: '#8f4a00'
};

export const darkPalette: Palette = {
	paper: '#15161a',
	panel: '#1b1d22',
	ink: '#e8e8e4',
	soft: '#9a9da3',
	rule: '#2c2e34',
	accent: '#8fa0ff',
	local: '#3fc2b4',
	global: '#e3a64a',
	localTile: '#37a095',
	globalTile: '#ba8940',
	image: '#ee4f92',
	control: '#8f9299',
	alert: '#ff8a80',
	weight: '#d6deff',
	positive: '#a9b8ff',
	negative: '#f0b070'
};

/**
 * A colour as one opaque pixel of a little-endian RGBA buffer: `0xAABBGGRR`.
 *
 * @throws RangeError if the colour cannot be read
 */
export function toPixel(color: string): number {
	const { r, g, b } = rgb(color);
	if (Number.isNaN(r)) throw new RangeError(`invalid colour: ${color}`);
	return ((255 << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r)) >>> 0;
}

/** The inverse of `toPixel`, as `#rrggbb`; alpha is dropped. */
export function toHex(pixel: number): string {
	const swapped = ((pixel & 0xff) << 16) | (pixel & 0xff00) | ((pixel >>> 16) & 0xff);
	return `#${swapped.toString(16).padStart(6, '0')}`;
}
