import { interpolateLab } from 'd3-interpolate';
import { toPixel, type Palette } from './palette.js';

export type WeightScale = 'linear' | 'log';

/** Weights at or below this are drawn as paper on the log scale. */
const logFloor = 1e-4;

/** Colours of the ramp. */
const steps = 256;

/** Where a weight of 0 to 1 lies on the ramp, 0 to 1; anything outside is clamped, NaN is 0. */
export function toRampPosition(weight: number, scale: WeightScale): number {
	if (!(weight > 0)) return 0;
	if (weight >= 1) return 1;
	if (scale === 'linear') return weight;
	return Math.max(0, 1 - Math.log10(weight) / Math.log10(logFloor));
}

/** The weight that lies at a place of the ramp: the inverse of `toRampPosition` above 0. */
export function fromRampPosition(position: number, scale: WeightScale): number {
	return scale === 'linear' ? position : logFloor ** (1 - position);
}

/**
 * The ramp from paper to the theme's weight hue, as pixels, even in lightness (CIELAB): the same hue
 * in both themes, inverted in lightness.
 */
export function createRamp(palette: Palette): Uint32Array {
	const interpolate = interpolateLab(palette.paper, palette.weight);
	return Uint32Array.from({ length: steps }, (_, i) => toPixel(interpolate(i / (steps - 1))));
}

/** The pixel of one weight. */
export function weightPixel(weight: number, scale: WeightScale, ramp: Uint32Array): number {
	return ramp[Math.round(toRampPosition(weight, scale) * (ramp.length - 1))];
}

/** The ends of the scale in words. */
export function describeScale(scale: WeightScale): string {
	return scale === 'linear' ? '0 – 1, linear' : '10⁻⁴ – 1, log';
}
