import { torchAxisWeights, type AxisWeights } from './axisWeights.js';
import { Gemma3ImageProcessor, normalising, type ValueArithmetic } from './imageProcessing.js';
import { perChannel, type ImageProcessorOptions } from './processorOptions.js';
import { resampling, resamplingName } from './resampleFilters.js';
import { ImageError } from './rgb.js';
import type { Arithmetic } from './simd/kernels.js';

const { fround } = Math;

/**
 * Pictures to pixel values as torchvision computes them on a CPU: 15-bit weights, and rescaling and
 * normalising in one step. Differs from Gemma3ImageProcessor by a grey level here and there.
 * Ports Gemma3ImageProcessor of the torchvision backend (transformers, image_processing_gemma3.py);
 * with pan and scan it resizes even where `doResize` is false, as that does.
 */
export class Gemma3ImageProcessorFast extends Gemma3ImageProcessor {
	protected override readonly arithmetic: Arithmetic = 'torch';

	protected override isResizing(options: ImageProcessorOptions): boolean {
		return options.doResize || options.doPanAndScan;
	}

	/** @throws ImageError for a filter other than bilinear */
	protected override axisWeights(
		inputSize: number,
		outputSize: number,
		options: ImageProcessorOptions
	): AxisWeights {
		if (options.resample !== resampling.bilinear) {
			throw new ImageError(
				`Gemma3ImageProcessorFast resizes with bilinear only, not with ${resamplingName(options.resample)} ` +
					`(resample ${options.resample}): use Gemma3ImageProcessor.`
			);
		}
		return torchAxisWeights(inputSize, outputSize);
	}

	/** torch: the factor goes into mean and standard deviation; float32 throughout. */
	protected override valueArithmetic(options: ImageProcessorOptions): ValueArithmetic {
		const isFused = options.doRescale && options.doNormalize;
		const inverse = isFused ? fround(1 / options.rescaleFactor) : 1;
		const scaled = (values: readonly number[], neutral: number) =>
			normalising(options, values, neutral).map((value) => fround(value * inverse));
		const mean = scaled(perChannel('imageMean', options.imageMean), 0);
		const std = scaled(perChannel('imageStd', options.imageStd), 1);
		const factor = options.doRescale && !isFused ? fround(options.rescaleFactor) : 1;
		const toFloat = (value: number, channel: number) =>
			fround(fround(fround(value * factor) - mean[channel]) / std[channel]);
		return { toFloat, parameters: { factor, mean, std }, fromParameters: toFloat };
	}
}
