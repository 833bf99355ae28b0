import { toPixel } from './palette.js';
import { fromRampPosition, type WeightScale } from './weightScale.js';
import type { WeightMatrix } from './attentionPicture.js';

/**
 * A weight's float32 bits without the last 12 name its colour: 11 bits of precision, far finer than
 * the ramp, and no logarithm a cell. Weights are 0 to 1, so this many entries do.
 */
const dropped = 12;
const entries = (0x3f800000 >>> dropped) + 1;

/** The colour of every weight, by its leading bits: one stretch of weights a colour of the ramp. */
export function createWeightLookup(scale: WeightScale, ramp: Uint32Array): Uint32Array {
	const bits = new Uint32Array(1);
	const weight = new Float32Array(bits.buffer);
	const lookup = new Uint32Array(entries).fill(ramp[0]);
	for (let i = 1; i < ramp.length; i++) {
		// From halfway between two colours on, the second is the nearer.
		weight[0] = fromRampPosition((i - 0.5) / (ramp.length - 1), scale);
		lookup.fill(ramp[i], Math.ceil(bits[0] / 2 ** dropped));
	}
	return lookup;
}

/** Colours of weights from 0 to 1, through a lookup table. */
export function toColors(weights: Float32Array, lookup: Uint32Array): Uint32Array<ArrayBuffer> {
	const colors = new Uint32Array(weights.length);
	writeColors(weights, lookup, colors, 0);
	return colors;
}

/** The same, into `target` from an index on. */
export function writeColors(
	weights: Float32Array,
	lookup: Uint32Array,
	target: Uint32Array,
	start: number
): void {
	const bits = new Uint32Array(weights.buffer, weights.byteOffset, weights.length);
	const last = lookup.length - 1;
	for (let i = 0; i < weights.length; i++) {
		const at = bits[i] >>> dropped;
		// A sum of weights may round to just above 1; -0 has its sign bit set.
		target[start + i] = lookup[at <= last ? at : bits[i] === 0x80000000 ? 0 : last];
	}
}

/**
 * One pixel a cell, for exports of matrices too large to draw cell by cell: open cells on the ramp, closed ones
 * paper. Weights must be from 0 to 1.
 *
 * @param open `[queries, keys]`, 1 where the mask is open; all when absent
 * @returns `[queries, keys]`, `0xAABBGGRR`
 */
export function toWeightPixels(
	{ weights }: WeightMatrix,
	lookup: Uint32Array,
	{ open, paper }: { open?: Uint8Array; paper: string }
): Uint32Array<ArrayBuffer> {
	const pixels = toColors(weights, lookup);
	if (open) {
		const closed = toPixel(paper);
		for (let i = 0; i < pixels.length; i++) if (open[i] === 0) pixels[i] = closed;
	}
	return pixels;
}
