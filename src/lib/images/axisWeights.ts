import {
	resampleFilters,
	resampling,
	type ResampleFilter,
	type Resampling
} from './resampleFilters.js';

/**
 * How one axis is resampled, `starts` never decreasing: output `i` is the sum over `t < counts[i]` of source
 * `starts[i] + t` times `weights[i * stride + t]`, plus a half, shifted right by `precisionBits`.
 */
export interface AxisWeights {
	readonly starts: Int32Array;
	readonly counts: Int32Array;
	readonly weights: Int32Array;
	/** Weights kept for each output. */
	readonly stride: number;
	readonly precisionBits: number;
}

const pillowPrecisionBits = 32 - 8 - 2;
const torchMaxWeight = 1 << 15;

/**
 * Pillow's weights for one axis, bit for bit: doubles, normalised, then rounded to 22 bits.
 * Ports precompute_coeffs and normalize_coeffs_8bpc (Resample.c), and ImagingScaleAffine
 * (Geometry.c) for nearest, whose source position is summed up step by step.
 */
export function pillowAxisWeights(
	inputSize: number,
	outputSize: number,
	resample: Resampling
): AxisWeights {
	if (resample === resampling.nearest) return nearestWeights(inputSize, outputSize);
	const taps = computeTaps(inputSize, outputSize, resampleFilters[resample]);
	return roundTaps(taps, pillowPrecisionBits);
}

/**
 * torch's weights for one axis of an antialiased bilinear resize of uint8: the same triangle, but
 * with as many bits as let the largest weight fit an int16.
 * Ports _compute_index_ranges_int16_weights (ATen, UpSampleKernel.cpp).
 */
export function torchAxisWeights(inputSize: number, outputSize: number): AxisWeights {
	const taps = computeTaps(inputSize, outputSize, resampleFilters[resampling.bilinear]);
	const largest = taps.weights.reduce((max, weight) => Math.max(max, weight), 0);
	let precisionBits = 0;
	while (precisionBits < 22) {
		if (Math.trunc(0.5 + largest * 2 ** (precisionBits + 1)) >= torchMaxWeight) break;
		precisionBits++;
	}
	return roundTaps(taps, precisionBits);
}

type Taps = Omit<AxisWeights, 'weights' | 'precisionBits'> & { readonly weights: Float64Array };

/** Weights in double precision, in the order of operations of both libraries. */
function computeTaps(inputSize: number, outputSize: number, filter: ResampleFilter): Taps {
	const scale = inputSize / outputSize;
	const support = filter.support * Math.max(1, scale);
	const inverse = 1 / Math.max(1, scale);
	const stride = Math.ceil(support) * 2 + 1;
	const starts = new Int32Array(outputSize);
	const counts = new Int32Array(outputSize);
	const weights = new Float64Array(outputSize * stride);
	for (let index = 0; index < outputSize; index++) {
		const center = (index + 0.5) * scale;
		const start = Math.max(0, Math.trunc(center - support + 0.5));
		const count = Math.min(inputSize, Math.trunc(center + support + 0.5)) - start;
		const first = index * stride;
		let sum = 0;
		for (let tap = 0; tap < count; tap++) {
			const weight = filter.weight((start + tap - center + 0.5) * inverse);
			weights[first + tap] = weight;
			sum += weight;
		}
		for (let tap = 0; sum !== 0 && tap < count; tap++) weights[first + tap] /= sum;
		starts[index] = start;
		counts[index] = count;
	}
	return { starts, counts, weights, stride };
}

/** Rounds half away from zero and drops zero weights at the end, which add nothing. */
function roundTaps({ starts, counts, weights, stride }: Taps, precisionBits: number): AxisWeights {
	const one = 2 ** precisionBits;
	const rounded = Int32Array.from(weights, (weight) => weight * one + (weight < 0 ? -0.5 : 0.5));
	for (let index = 0; index < counts.length; index++) {
		while (counts[index] > 1 && rounded[index * stride + counts[index] - 1] === 0) counts[index]--;
	}
	return { starts, counts, weights: rounded, stride, precisionBits };
}

function nearestWeights(inputSize: number, outputSize: number): AxisWeights {
	const step = inputSize / outputSize;
	const starts = new Int32Array(outputSize);
	let position = step * 0.5;
	for (let index = 0; index < outputSize; index++) {
		starts[index] = Math.min(inputSize - 1, Math.trunc(position));
		position += step;
	}
	return {
		starts,
		counts: new Int32Array(outputSize).fill(1),
		weights: new Int32Array(outputSize).fill(1 << pillowPrecisionBits),
		stride: 1,
		precisionBits: pillowPrecisionBits
	};
}
