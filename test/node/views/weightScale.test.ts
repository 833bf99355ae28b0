import { expect, test } from 'vitest';
import { darkPalette, lightPalette, toHex } from '../../../src/lib/views/palette.js';
import {
	createRamp,
	describeScale,
	toRampPosition,
	weightPixel
} from '../../../src/lib/views/weightScale.js';

test('the linear scale is the weight itself, clamped', () => {
	expect([-1, 0, 0.25, 1, 2, NaN].map((w) => toRampPosition(w, 'linear'))).toEqual([
		0, 0, 0.25, 1, 1, 0
	]);
});

test('the log scale gives every power of ten the same length, down to 10⁻⁴', () => {
	const positions = [1, 0.1, 0.01, 0.001, 1e-4, 1e-9, 0].map((w) => toRampPosition(w, 'log'));
	[1, 0.75, 0.5, 0.25, 0, 0, 0].forEach((expected, i) => {
		expect(positions[i]).toBeCloseTo(expected, 12);
	});
});

test('the ramp runs from paper to the weight hue, steadily, in both themes', () => {
	for (const palette of [lightPalette, darkPalette]) {
		const ramp = createRamp(palette);
		expect(toHex(weightPixel(0, 'linear', ramp))).toBe(palette.paper);
		expect(toHex(weightPixel(1, 'linear', ramp))).toBe(palette.weight);
		const green = Array.from(ramp, (pixel) => (pixel >>> 8) & 0xff);
		const direction = palette === lightPalette ? -1 : 1;
		green.slice(1).forEach((value, i) => {
			expect((value - green[i]) * direction).toBeGreaterThanOrEqual(0);
		});
	}
});

test('the ends of a scale are said in words', () => {
	expect(describeScale('linear')).toBe('0 – 1, linear');
	expect(describeScale('log')).toBe('10⁻⁴ – 1, log');
});
