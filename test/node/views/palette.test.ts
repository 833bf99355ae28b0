import { readFile } from 'node:fs/promises';
import { lab, rgb } from 'd3-color';
import { expect, test } from 'vitest';
import {
	darkPalette,
	lightPalette,
	toHex,
	toPixel,
	type Palette
} from '../../../src/lib/views/palette.js';

const palettes = { light: lightPalette, dark: darkPalette };

/** WCAG 2 contrast of two colours, 1 to 21. */
function contrast(a: string, b: string): number {
	const luminance = (color: string) => {
		const { r, g, b } = rgb(color);
		const [red, green, blue] = [r, g, b].map((value) => {
			const share = value / 255;
			return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
		});
		return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
	};
	const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
	return (light + 0.05) / (dark + 0.05);
}

test('the style sheet and the palette agree', async () => {
	const css = await readFile(new URL('../../../src/routes/app.css', import.meta.url), 'utf8');
	const [light, dark] = css.split('@media screen and (prefers-color-scheme: dark)');
	for (const [sheet, palette] of [
		[light, lightPalette],
		[dark, darkPalette]
	] as const) {
		for (const [name, color] of Object.entries(palette)) {
			const property = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
			expect(sheet).toContain(`${property}: ${color};`);
		}
	}
});

test.each(Object.entries(palettes))('words are readable in the %s theme', (_, palette: Palette) => {
	for (const word of [
		'ink',
		'soft',
		'accent',
		'local',
		'global',
		'image',
		'control',
		'alert'
	] as const) {
		for (const ground of ['paper', 'panel'] as const) {
			expect(contrast(palette[word], palette[ground]), `${word} on ${ground}`).toBeGreaterThan(4.5);
		}
	}
	for (const tile of ['localTile', 'globalTile'] as const) {
		expect(contrast(palette[tile], palette.paper), tile).toBeGreaterThan(3);
	}
});

test.each(Object.entries(palettes))(
	'kinds differ clearly in the %s theme',
	(_, palette: Palette) => {
		const kinds = [palette.localTile, palette.globalTile, palette.image, palette.accent];
		kinds.forEach((a, i) =>
			kinds.slice(i + 1).forEach((b) => {
				const [p, q] = [lab(a), lab(b)];
				expect(Math.hypot(p.l - q.l, p.a - q.a, p.b - q.b), `${a} and ${b}`).toBeGreaterThan(30);
			})
		);
	}
);

test('a colour becomes a pixel and back', () => {
	expect(toPixel('#010203')).toBe(0xff030201);
	expect(toHex(toPixel('#0f8f83'))).toBe('#0f8f83');
	expect(() => toPixel('teal-ish')).toThrow('invalid colour: teal-ish');
});
