import type { Palette } from './palette.js';
import { toPixel } from './palette.js';
import { createSignedRamp, signedPixel } from './signedScale.js';
import type { SoftmaxStages } from './softmaxStages.js';
import { createRamp, weightPixel } from './weightScale.js';

/** The stages of a row as they are drawn, top to bottom. */
export const stageNames = ['q · k', '× scale', '+ mask', 'softmax'] as const;

/** The values of one stage, `[keys]`. */
export function stageValues(stages: SoftmaxStages, stage: number): Float64Array {
	return [stages.products, stages.scaled, stages.masked, stages.weights][stage];
}

/**
 * Four rows of pixels, `[4, keys]`, `0xAABBGGRR`: signed scores against the largest of their row,
 * closed keys as paper, weights on their ramp.
 */
export function toStagePixels(stages: SoftmaxStages, palette: Palette): Uint32Array<ArrayBuffer> {
	const signed = createSignedRamp(palette);
	const ramp = createRamp(palette);
	const paper = toPixel(palette.paper);
	const keys = stages.products.length;
	const pixels = new Uint32Array(4 * keys);
	for (let stage = 0; stage < 3; stage++) {
		const values = stageValues(stages, stage);
		let largest = 0;
		for (const value of values)
			if (value !== -Infinity) largest = Math.max(largest, Math.abs(value));
		for (let key = 0; key < keys; key++) {
			const value = values[key];
			pixels[stage * keys + key] =
				value === -Infinity ? paper : signedPixel(largest === 0 ? 0 : value / largest, signed);
		}
	}
	for (let key = 0; key < keys; key++) {
		pixels[3 * keys + key] = weightPixel(stages.weights[key], 'linear', ramp);
	}
	return pixels;
}

/** One key's way through the stages, in words with the numbers. */
export function describeStages(
	stages: SoftmaxStages,
	key: number,
	queryPreAttnScalar: number
): string {
	const product = stages.products[key];
	const score = stages.scaled[key];
	const start = `q · k ${product.toFixed(3)}, times 1/√${queryPreAttnScalar} ${score.toFixed(3)}`;
	if (stages.masked[key] === -Infinity) return `${start}; the mask closes it, so its weight is 0`;
	return `${start}; the mask leaves it; exp(${score.toFixed(3)} − ${stages.largest.toFixed(3)}) = ${Math.exp(score - stages.largest).toPrecision(3)} of ${stages.sum.toPrecision(4)} in all: weight ${stages.weights[key].toPrecision(4)}`;
}
