import { createTensor, type Tensor } from '../tensor/tensor.js';
import { pillowAxisWeights, type AxisWeights } from './axisWeights.js';
import { cropRgb } from './crop.js';
import { panAndScanBoxes, type CropBox } from './panAndScan.js';
import {
	parsePreprocessorConfig,
	perChannel,
	toImageProcessorOptions,
	type ImageProcessorOptions
} from './processorOptions.js';
import { createValueTables, resample } from './resample.js';
import { channelCount, ImageError, toRgb, type PixelImage, type RgbImage } from './rgb.js';
import type { Arithmetic } from './simd/kernels.js';
import { maybeSimdResampler, type FloatParameters } from './simd/resampleSimd.js';

/** Pictures of one prompt or of a batch, with one or more pictures a prompt. */
export type ImageInput = PixelImage | readonly (PixelImage | readonly PixelImage[])[];

export interface ProcessedImages {
	/** `[n, 3, height, width]`: each picture, followed by its crops. */
	readonly pixelValues: Tensor;
	/** Crops of each picture, in the order given, pictures of a batch in one list. */
	readonly numCrops: readonly number[];
	/** The boxes of those crops, in pixels of the source picture. */
	readonly cropBoxes: readonly (readonly CropBox[])[];
}

/** How resized 8-bit values become float32. */
export interface ValueArithmetic {
	/** As the reference computes it; any number of roundings. */
	readonly toFloat: (value: number, channel: number) => number;
	/** The same as one formula of the SIMD kernels, if there is one. */
	readonly parameters: FloatParameters;
	readonly fromParameters: (value: number, channel: number) => number;
}

const { fround } = Math;

/** Weights of an axis that a processor keeps for the next picture of the same size. */
const mostWeights = 64;

/**
 * Pictures to pixel values, equal to Pillow's and NumPy's in every byte and bit.
 * Ports Gemma3ImageProcessorPil (transformers, image_processing_pil_gemma3.py): crops are cut from
 * the source picture, then the picture and each crop are resized, rescaled and normalised.
 */
export class Gemma3ImageProcessor {
	readonly options: ImageProcessorOptions;
	protected readonly arithmetic: Arithmetic = 'pillow';
	readonly #weights = new Map<string, AxisWeights>();

	/** @throws RangeError naming an option that is out of range */
	constructor(options: Partial<ImageProcessorOptions> = {}) {
		this.options = toImageProcessorOptions(options);
	}

	/**
	 * A processor with the options of a parsed `preprocessor_config.json`.
	 *
	 * @throws ImageError or RangeError naming the field
	 */
	static fromConfig<T extends Gemma3ImageProcessor>(
		this: new (options: Partial<ImageProcessorOptions>) => T,
		json: unknown
	): T {
		return new this(parsePreprocessorConfig(json));
	}

	/** The crops of one picture, row by row, without the whole picture; none where none is made. */
	panAndScan(image: PixelImage, overrides: Partial<ImageProcessorOptions> = {}): RgbImage[] {
		const options = toImageProcessorOptions(overrides, this.options);
		const boxes = panAndScanBoxes({ ...options, width: image.width, height: image.height });
		const rgb = toRgb(image);
		return boxes.map((box) => cropRgb(rgb, box));
	}

	/**
	 * Crops, resizes, rescales and normalises pictures.
	 *
	 * @param overrides options for this call
	 * @throws ImageError if there is no picture, or one cannot be used as it is
	 */
	preprocess(images: ImageInput, overrides: Partial<ImageProcessorOptions> = {}): ProcessedImages {
		const options = toImageProcessorOptions(overrides, this.options);
		const pictures = flatten(images).map((image) => convert(image, options));
		if (pictures.length === 0) throw new ImageError('There is no picture to process.');
		const cropBoxes = pictures.map(({ width, height }) =>
			options.doPanAndScan ? panAndScanBoxes({ ...options, width, height }) : []
		);
		const parts = pictures.flatMap((image, index) =>
			[{ x: 0, y: 0, width: image.width, height: image.height }, ...cropBoxes[index]].map(
				(box) => ({ image, box })
			)
		);
		const { height, width } = this.isResizing(options)
			? options.size
			: commonSize(parts.map(({ box }) => box));
		const values = new Float32Array(parts.length * 3 * height * width);
		const write = this.createWriter(options);
		parts.forEach(({ image, box }, index) => {
			const across = this.weightsOf(box.width, width, options);
			const down = this.weightsOf(box.height, height, options);
			write(image, box, across, down, values, index * 3 * height * width);
		});
		return {
			pixelValues: createTensor('float32', [parts.length, 3, height, width], values),
			numCrops: cropBoxes.map((boxes) => boxes.length),
			cropBoxes
		};
	}

	protected isResizing(options: ImageProcessorOptions): boolean {
		return options.doResize;
	}

	protected axisWeights(
		inputSize: number,
		outputSize: number,
		options: ImageProcessorOptions
	): AxisWeights {
		return pillowAxisWeights(inputSize, outputSize, options.resample);
	}

	/** NumPy: the product in double precision, then float32 throughout. */
	protected valueArithmetic(options: ImageProcessorOptions): ValueArithmetic {
		const mean = normalising(options, perChannel('imageMean', options.imageMean), 0);
		const std = normalising(options, perChannel('imageStd', options.imageStd), 1);
		const scale = options.doRescale ? options.rescaleFactor : 1;
		const factor = fround(1 / scale);
		const normalise = (value: number, channel: number) =>
			fround(fround(value - mean[channel]) / std[channel]);
		return {
			toFloat: (value, channel) => normalise(fround(value * scale), channel),
			parameters: { factor, mean, std },
			fromParameters: (value, channel) => normalise(fround(value / factor), channel)
		};
	}

	private weightsOf(
		inputSize: number,
		outputSize: number,
		options: ImageProcessorOptions
	): AxisWeights {
		const key = `${inputSize} ${outputSize} ${options.resample}`;
		const known = this.#weights.get(key);
		if (known !== undefined) return known;
		if (this.#weights.size >= mostWeights) this.#weights.clear();
		const weights = this.axisWeights(inputSize, outputSize, options);
		this.#weights.set(key, weights);
		return weights;
	}

	private createWriter(options: ImageProcessorOptions) {
		const { toFloat, parameters, fromParameters } = this.valueArithmetic(options);
		const isFormula = everyValue((value, channel) =>
			Object.is(toFloat(value, channel), fromParameters(value, channel))
		);
		const simd = isFormula ? maybeSimdResampler(this.arithmetic) : null;
		const tables = simd === null ? createValueTables(toFloat) : null;
		return (
			image: RgbImage,
			box: CropBox,
			across: AxisWeights,
			down: AxisWeights,
			output: Float32Array,
			offset: number
		) => {
			if (tables !== null) resample(image, box, across, down, tables, output, offset);
			else simd?.(image, box, across, down, parameters, output, offset);
		};
	}
}

/** Rounded to float32; the neutral value where nothing is normalised. */
export function normalising(
	options: ImageProcessorOptions,
	values: readonly number[],
	neutral: number
): readonly number[] {
	return values.map((value) => (options.doNormalize ? fround(value) : neutral));
}

function everyValue(test: (value: number, channel: number) => boolean): boolean {
	for (let value = 0; value < 256; value++) {
		for (let channel = 0; channel < 3; channel++) if (!test(value, channel)) return false;
	}
	return true;
}

function flatten(images: ImageInput): readonly PixelImage[] {
	const list: readonly (PixelImage | readonly PixelImage[])[] = isPixelImage(images)
		? [images]
		: images;
	return list.flat();
}

function isPixelImage(images: ImageInput): images is PixelImage {
	return 'data' in images;
}

function convert(image: PixelImage, options: ImageProcessorOptions): RgbImage {
	if (!options.doConvertRgb && (channelCount(image) !== 3 || image.data instanceof Uint16Array)) {
		throw new ImageError(
			`A picture has ${channelCount(image)} channels of ${image.data.BYTES_PER_ELEMENT * 8} bits, ` +
				'and doConvertRgb is false: convert it to RGB, or set doConvertRgb to true.'
		);
	}
	return toRgb(image);
}

function commonSize(boxes: readonly CropBox[]): CropBox {
	const other = boxes.find(
		({ width, height }) => width !== boxes[0].width || height !== boxes[0].height
	);
	if (other !== undefined) {
		throw new ImageError(
			`Without resizing, pictures must have one size: ${boxes[0].width} × ${boxes[0].height} and ` +
				`${other.width} × ${other.height} cannot be stacked. Set doResize to true.`
		);
	}
	return boxes[0];
}
