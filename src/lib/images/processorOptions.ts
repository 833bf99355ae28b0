import { ImageError } from './rgb.js';
import { resamplingName, type Resampling } from './resampleFilters.js';

/** Height and width that the model sees, pixels. */
export interface ImageSize {
	readonly height: number;
	readonly width: number;
}

/** Every option of the reference's image processor, under its name in camelCase. */
export interface ImageProcessorOptions {
	readonly doResize: boolean;
	readonly size: ImageSize;
	/** Pillow's number of the filter: 0 nearest, 1 lanczos, 2 bilinear, 3 bicubic, 4 box, 5 hamming. */
	readonly resample: Resampling;
	readonly doRescale: boolean;
	readonly rescaleFactor: number;
	readonly doNormalize: boolean;
	/** One number for all channels, or one each for red, green and blue. */
	readonly imageMean: number | readonly number[];
	readonly imageStd: number | readonly number[];
	readonly doConvertRgb: boolean;
	readonly doPanAndScan: boolean;
	readonly panAndScanMinCropSize: number;
	readonly panAndScanMaxNumCrops: number;
	readonly panAndScanMinRatioToActivate: number;
}

/** The defaults of Gemma3ImageProcessor; those of pan and scan are Gemma3Processor's. */
export const defaultImageProcessorOptions: ImageProcessorOptions = {
	doResize: true,
	size: { height: 224, width: 224 },
	resample: 2,
	doRescale: true,
	rescaleFactor: 1 / 255,
	doNormalize: true,
	imageMean: [0.5, 0.5, 0.5],
	imageStd: [0.5, 0.5, 0.5],
	doConvertRgb: true,
	doPanAndScan: false,
	panAndScanMinCropSize: 256,
	panAndScanMaxNumCrops: 4,
	panAndScanMinRatioToActivate: 1.2
};

/**
 * Options over others, checked. An option that is undefined is not given.
 *
 * @throws RangeError naming the option
 */
export function toImageProcessorOptions(
	given: Partial<ImageProcessorOptions>,
	base: ImageProcessorOptions = defaultImageProcessorOptions
): ImageProcessorOptions {
	const entries = Object.entries(given).filter(([, value]) => value !== undefined);
	const options: ImageProcessorOptions = { ...base, ...Object.fromEntries(entries) };
	const { height, width } = options.size;
	if (![height, width].every((side) => Number.isSafeInteger(side) && side > 0)) {
		throw new RangeError(`invalid size: ${height} × ${width}`);
	}
	if (resamplingName(options.resample) === undefined) {
		throw new RangeError(`invalid resample: ${options.resample}, expected 0 to 5`);
	}
	if (!Number.isFinite(options.rescaleFactor) || options.rescaleFactor === 0) {
		throw new RangeError(`invalid rescaleFactor: ${options.rescaleFactor}`);
	}
	perChannel('imageMean', options.imageMean);
	if (perChannel('imageStd', options.imageStd).includes(0)) {
		throw new RangeError(`invalid imageStd: ${options.imageStd}, division by zero`);
	}
	return options;
}

/** The value for red, green and blue. */
export function perChannel(name: string, value: number | readonly number[]): readonly number[] {
	const values = typeof value === 'number' ? [value, value, value] : value;
	if (values.length !== 3 || !values.every(Number.isFinite)) {
		throw new RangeError(`invalid ${name}: [${values.join(', ')}], expected three numbers`);
	}
	return values;
}

type Reader = (value: unknown, name: string) => unknown;

const readers: Readonly<Record<string, readonly [keyof ImageProcessorOptions, Reader]>> = {
	do_resize: ['doResize', readBoolean],
	size: ['size', readSize],
	resample: ['resample', readNumber],
	do_rescale: ['doRescale', readBoolean],
	rescale_factor: ['rescaleFactor', readNumber],
	do_normalize: ['doNormalize', readBoolean],
	image_mean: ['imageMean', readNumbers],
	image_std: ['imageStd', readNumbers],
	do_convert_rgb: ['doConvertRgb', readBoolean],
	do_pan_and_scan: ['doPanAndScan', readBoolean],
	pan_and_scan_min_crop_size: ['panAndScanMinCropSize', readNumber],
	pan_and_scan_max_num_crops: ['panAndScanMaxNumCrops', readNumber],
	pan_and_scan_min_ratio_to_activate: ['panAndScanMinRatioToActivate', readNumber]
};

/**
 * Options from the parsed `preprocessor_config.json`. A field that is absent or null keeps its
 * default; fields that are no option are passed over, as in the reference.
 *
 * @throws ImageError if a field has the wrong type, RangeError if its value is out of range
 */
export function parsePreprocessorConfig(json: unknown): ImageProcessorOptions {
	if (typeof json !== 'object' || json === null || Array.isArray(json)) {
		throw new ImageError('preprocessor_config.json holds no object.');
	}
	const given: Partial<Record<keyof ImageProcessorOptions, unknown>> = {};
	for (const [key, value] of Object.entries(json)) {
		if (value === null || !Object.hasOwn(readers, key)) continue;
		const [name, read] = readers[key];
		given[name] = read(value, key);
	}
	return toImageProcessorOptions(given as Partial<ImageProcessorOptions>);
}

function fail(name: string, expected: string, value: unknown): never {
	const got = JSON.stringify(value);
	throw new ImageError(`preprocessor_config.json: ${name} must be ${expected}, got ${got}.`);
}

function readBoolean(value: unknown, name: string): boolean {
	return typeof value === 'boolean' ? value : fail(name, 'true or false', value);
}

function readNumber(value: unknown, name: string): number {
	return typeof value === 'number' ? value : fail(name, 'a number', value);
}

function readNumbers(value: unknown, name: string): number | number[] {
	if (Array.isArray(value)) return value.map((item) => readNumber(item, name));
	return readNumber(value, name);
}

function readSize(value: unknown, name: string): ImageSize {
	if (typeof value === 'number') return { height: value, width: value };
	const { height, width } = (value ?? {}) as Record<string, unknown>;
	if (typeof height !== 'number' || typeof width !== 'number') {
		return fail(name, 'a number or an object with height and width', value);
	}
	return { height, width };
}
