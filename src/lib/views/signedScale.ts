import { interpolateLab } from 'd3-interpolate';
import { toPixel, type Palette } from './palette.js';

/** Colours of the ramp; odd, so that 0 has its own, paper. */
const steps = 511;

/** The ramp for signed values: one hue through paper to its opposite, even in lightness (CIELAB). */
export function createSignedRamp(palette: Palette): Uint32Array {
	const below = interpolateLab(palette.paper, palette.negative);
	const above = interpolateLab(palette.paper, palette.positive);
	const middle = (steps - 1) / 2;
	return Uint32Array.from({ length: steps }, (_, i) =>
		toPixel(i < middle ? below(1 - i / middle) : above(i / middle - 1))
	);
}

/** The pixel of a value from -1 to 1; outside it is clamped, NaN is 0. */
export function signedPixel(value: number, ramp: Uint32Array): number {
	const clamped = value >= 1 ? 1 : value <= -1 ? -1 : value || 0;
	return ramp[Math.round(((clamped + 1) / 2) * (ramp.length - 1))];
}
