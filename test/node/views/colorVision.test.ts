import { lab } from 'd3-color';
import { expect, test } from 'vitest';
import { darkPalette, lightPalette, toHex, type Palette } from '../../../src/lib/views/palette.js';
import { createSignedRamp, signedPixel } from '../../../src/lib/views/signedScale.js';
import { createRamp } from '../../../src/lib/views/weightScale.js';
import { deltaE2000, simulate, visions, type Vision } from '../../support/colorVision.js';

// `palette.test.ts` holds the palettes and the style sheet's custom properties together.
const cases = Object.entries({ light: lightPalette, dark: darkPalette }).flatMap(
	([theme, palette]) => visions.map((vision): [string, Vision, Palette] => [theme, vision, palette])
);

test('colour difference and simulation are what is known of them', () => {
	expect(deltaE2000('#000000', '#ffffff')).toBeCloseTo(100, 3);
	expect(deltaE2000('#3b4cc0', '#3b4cc0')).toBe(0);
	for (const vision of visions) expect(simulate('#808080', vision)).toMatch(/^#(7f|80|81){3}$/);
	// Red and green come closer without either cone, and stay apart without the third.
	const apart = visions.map((vision) =>
		deltaE2000(simulate('#c03030', vision), simulate('#5a7a10', vision))
	);
	expect(apart[1]).toBeLessThan(apart[0] / 2);
	expect(apart[2]).toBeLessThan(apart[0] / 2);
	expect(apart[3]).toBeGreaterThan(apart[0] / 2);
});

test.each(cases)('the kinds are told apart: %s theme, %s vision', (_, vision, palette) => {
	const kinds = ['localTile', 'globalTile', 'image', 'accent'] as const;
	const differences = kinds.flatMap((a, i) =>
		kinds.slice(i + 1).map((b) => ({
			pair: `${a} and ${b}`,
			difference: deltaE2000(simulate(palette[a], vision), simulate(palette[b], vision))
		}))
	);
	const closest = differences.reduce((a, b) => (a.difference < b.difference ? a : b));
	console.log(`${vision}: ${closest.pair} are closest, ΔE ${closest.difference.toFixed(1)}`);
	expect(closest.difference, closest.pair).toBeGreaterThan(9.9);
});

test.each(cases)('signs are told apart: %s theme, %s vision', (_, vision, palette) => {
	const ramp = createSignedRamp(palette);
	const seen = (value: number) => simulate(toHex(signedPixel(value, ramp)), vision);
	expect(deltaE2000(seen(1), seen(-1))).toBeGreaterThan(30);
	expect(deltaE2000(seen(0.5), seen(-0.5))).toBeGreaterThan(15);
});

test.each(cases)('weights grow evenly in lightness: %s theme, %s vision', (_, vision, palette) => {
	const lightness = Array.from(
		createRamp(palette),
		(pixel) => lab(simulate(toHex(pixel), vision)).l
	);
	const sign = Math.sign(lightness[255] - lightness[0]);
	for (let i = 8; i < 256; i += 8) {
		expect(sign * (lightness[i] - lightness[i - 8])).toBeGreaterThan(0.5);
	}
	expect(Math.abs(lightness[255] - lightness[0])).toBeGreaterThan(65);
});

test('zero is paper on the signed ramp, and values are clamped', () => {
	const ramp = createSignedRamp(lightPalette);
	expect(toHex(signedPixel(0, ramp))).toBe(lightPalette.paper);
	expect(toHex(signedPixel(5, ramp))).toBe(lightPalette.positive);
	expect(toHex(signedPixel(-1, ramp))).toBe(lightPalette.negative);
	expect(signedPixel(NaN, ramp)).toBe(signedPixel(0, ramp));
});
