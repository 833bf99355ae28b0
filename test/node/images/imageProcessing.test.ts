import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { pillowAxisWeights, torchAxisWeights } from '../../../src/lib/images/axisWeights.js';
import { Gemma3ImageProcessor } from '../../../src/lib/images/imageProcessing.js';
import { Gemma3ImageProcessorFast } from '../../../src/lib/images/imageProcessingFast.js';
import { createValueTables, resample } from '../../../src/lib/images/resample.js';
import { resizeRgb } from '../../../src/lib/images/resize.js';
import { ImageError } from '../../../src/lib/images/rgb.js';
import { maybeSimdResampler } from '../../../src/lib/images/simd/resampleSimd.js';
import { noise } from '../../support/noise.js';
import { readPicture, readPixelGoldens, toBytes, toOptions } from '../../support/pixelGoldens.js';

const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
const { fround } = Math;

const smallPixels = readFileSync(
	new URL('../../fixtures/goldens/images-56/pixels.safetensors', import.meta.url)
);
const headerLength = Number(smallPixels.readBigUInt64LE(0));
const header = JSON.parse(smallPixels.subarray(8, 8 + headerLength).toString()) as Record<
	string,
	{ shape: number[]; data_offsets: [number, number] }
>;
function expectedBytes(key: string): Uint8Array {
	const [from, to] = header[key].data_offsets;
	return smallPixels.subarray(8 + headerLength + from, 8 + headerLength + to);
}

const noisy = (width: number, height: number) => ({
	width,
	height,
	data: noise(width * height * 3, width)
});

describe('Gemma3ImageProcessor', () => {
	for (const set of ['images-56', 'images-896']) {
		test(`equals the reference byte for byte on ${set}, and in the sum of its floats`, () => {
			const goldens = readPixelGoldens(set).filter(({ kind }) => kind === 'pil');
			expect(goldens.length).toBeGreaterThan(0);
			let largest = 0;
			for (const golden of goldens) {
				const processor = new Gemma3ImageProcessor(toOptions(golden));
				const image = readPicture(set, golden.image);
				const { pixelValues, numCrops } = processor.preprocess(image);
				const name = `image ${golden.image}, pan and scan ${golden.pan_and_scan}`;
				expect(numCrops, name).toEqual(golden.num_crops);
				expect(pixelValues.dims, name).toEqual(golden.shape);
				const bytes = toBytes(pixelValues.data);
				if (set === 'images-56') {
					const key = `${golden.image}.pil.${golden.pan_and_scan ? 'pas' : 'base'}`;
					expect(Buffer.compare(bytes, expectedBytes(key)), name).toBe(0);
				}
				expect(sha256(bytes), name).toBe(golden.sha256_uint8);
				const sum = pixelValues.data.reduce((total, value) => total + value, 0);
				largest = Math.max(largest, Math.abs(sum - golden.sum) / Math.abs(golden.sum));
			}
			console.log(`${set}: sums differ by up to ${largest} of the sum`);
			expect(largest).toBeLessThan(1e-12);
		});
	}

	test('puts each picture before its own crops, in a batch with several pictures a prompt', () => {
		const options = {
			size: { height: 56, width: 56 },
			doPanAndScan: true,
			panAndScanMinCropSize: 16
		};
		const processor = new Gemma3ImageProcessor(options);
		const [wide, square, tall] = [noisy(90, 30), noisy(40, 40), noisy(20, 45)];
		const batch = processor.preprocess([[wide, square], [tall]]);
		expect(batch.numCrops).toEqual([3, 0, 2]);
		expect(batch.pixelValues.dims).toEqual([8, 3, 56, 56]);
		const alone = [wide, square, tall].map((image) => processor.preprocess(image).pixelValues.data);
		const joined = Float32Array.from(alone.flatMap((values) => Array.from(values)));
		expect(batch.pixelValues.data).toEqual(joined);
	});

	test('cuts crops from the source picture, before resizing', () => {
		const processor = new Gemma3ImageProcessor({
			size: { height: 20, width: 24 },
			doPanAndScan: true,
			panAndScanMinCropSize: 16
		});
		const image = noisy(100, 31);
		const { pixelValues, cropBoxes } = processor.preprocess(image);
		const crops = processor.panAndScan(image);
		expect(crops.map(({ width, height }) => [width, height])).toEqual([
			[34, 31],
			[34, 31],
			[32, 31]
		]);
		expect(cropBoxes[0].map(({ x }) => x)).toEqual([0, 34, 68]);
		crops.forEach((crop, index) => {
			const expected = processor.preprocess(crop, { doPanAndScan: false }).pixelValues.data;
			const from = (index + 1) * expected.length;
			expect(pixelValues.data.subarray(from, from + expected.length)).toEqual(expected);
		});
	});

	test('obeys every switch: resize, rescale, normalise, mean and standard deviation', () => {
		const image = noisy(6, 4);
		const values = (options: object) =>
			new Gemma3ImageProcessor({ size: { height: 4, width: 6 }, ...options }).preprocess(image)
				.pixelValues.data;
		const planar = (toFloat: (value: number, channel: number) => number) =>
			Float32Array.from({ length: 72 }, (_, index) => {
				const channel = Math.floor(index / 24);
				return toFloat(image.data[(index % 24) * 3 + channel], channel);
			});
		const raw = planar((value) => value);
		expect(values({ doRescale: false, doNormalize: false })).toEqual(raw);
		expect(values({ doRescale: false, doNormalize: false, doResize: false })).toEqual(raw);
		expect(values({ doNormalize: false })).toEqual(planar((value) => fround(value * (1 / 255))));
		expect(values({ doNormalize: false, rescaleFactor: 0.0123 })).toEqual(
			planar((value) => fround(value * 0.0123))
		);
		const imageMean = [0.48, 0.45, 0.4];
		const imageStd = [0.26, 0.25, 0.27];
		const normalise = (value: number, channel: number) =>
			fround(fround(value - fround(imageMean[channel])) / fround(imageStd[channel]));
		expect(values({ imageMean, imageStd })).toEqual(
			planar((value, channel) => normalise(fround(value * (1 / 255)), channel))
		);
		expect(values({ imageMean, imageStd, doRescale: false })).toEqual(planar(normalise));
		expect(values({ imageMean: 0.5, imageStd: 0.25 })).toEqual(
			planar((value) => fround(fround(fround(value / 255) - 0.5) / 0.25))
		);
	});

	test('resizes with the filter that resample names', () => {
		const image = noisy(50, 40);
		for (const filter of [0, 1, 2, 3, 4, 5] as const) {
			const options = { size: { height: 33, width: 21 }, resample: filter };
			const { data } = new Gemma3ImageProcessor(options).preprocess(image).pixelValues;
			const resized = resizeRgb(image, 21, 33, filter).data;
			const planar = resized.map(
				(_, index) => resized[(index % 693) * 3 + Math.floor(index / 693)]
			);
			expect(toBytes(data)).toEqual(planar);
		}
	});

	test('handles a 1 × 1 and a 1 × 5000 picture', () => {
		const processor = new Gemma3ImageProcessor({
			size: { height: 56, width: 56 },
			doPanAndScan: true
		});
		for (const [width, height] of [
			[1, 1],
			[1, 5000],
			[5000, 1]
		]) {
			const { pixelValues, numCrops } = processor.preprocess(noisy(width, height));
			expect(numCrops).toEqual([0]);
			expect(pixelValues.data.every(Number.isFinite)).toBe(true);
		}
	});

	test('says what is wrong with pictures that it cannot use', () => {
		const processor = new Gemma3ImageProcessor();
		expect(() => processor.preprocess([])).toThrow('There is no picture to process.');
		expect(() => processor.preprocess({ width: 0, height: 3, data: new Uint8Array() })).toThrow(
			'A picture of 0 × 3 pixels has nothing in it.'
		);
		expect(() => processor.preprocess({ width: 2, height: 2, data: new Uint8Array(13) })).toThrow(
			'A picture of 2 × 2 pixels needs 1 to 4 values a pixel, got 13 in all.'
		);
		const grey = { width: 2, height: 2, data: new Uint8Array(4) };
		expect(() => processor.preprocess(grey, { doConvertRgb: false })).toThrow(
			'A picture has 1 channels of 8 bits, and doConvertRgb is false'
		);
		expect(() => processor.preprocess([noisy(4, 4), noisy(4, 5)], { doResize: false })).toThrow(
			'Without resizing, pictures must have one size: 4 × 4 and 4 × 5 cannot be stacked.'
		);
	});

	test('refuses options that make no sense, by name', () => {
		const create = (options: object) => () => new Gemma3ImageProcessor(options);
		expect(create({ size: { height: 0, width: 5 } })).toThrow('invalid size: 0 × 5');
		expect(create({ resample: 6 })).toThrow('invalid resample: 6, expected 0 to 5');
		expect(create({ rescaleFactor: 0 })).toThrow('invalid rescaleFactor: 0');
		expect(create({ imageMean: [1, 2] })).toThrow('invalid imageMean: [1, 2]');
		expect(create({ imageStd: [1, 0, 1] })).toThrow('invalid imageStd: 1,0,1, division by zero');
	});

	test('reads a preprocessor configuration, nulls and unknown fields included', () => {
		const processor = Gemma3ImageProcessor.fromConfig({
			do_convert_rgb: null,
			do_pan_and_scan: true,
			image_processor_type: 'Gemma3ImageProcessor',
			image_seq_length: 256,
			image_mean: [0.1, 0.2, 0.3],
			image_std: 0.7,
			pan_and_scan_max_num_crops: null,
			pan_and_scan_min_crop_size: 32,
			pan_and_scan_min_ratio_to_activate: 1.5,
			resample: 3,
			rescale_factor: 0.00392156862745098,
			size: { height: 896, width: 896 }
		});
		expect(processor.options).toEqual({
			doResize: true,
			size: { height: 896, width: 896 },
			resample: 3,
			doRescale: true,
			rescaleFactor: 1 / 255,
			doNormalize: true,
			imageMean: [0.1, 0.2, 0.3],
			imageStd: 0.7,
			doConvertRgb: true,
			doPanAndScan: true,
			panAndScanMinCropSize: 32,
			panAndScanMaxNumCrops: 4,
			panAndScanMinRatioToActivate: 1.5
		});
		expect(Gemma3ImageProcessorFast.fromConfig({ size: 64 })).toBeInstanceOf(
			Gemma3ImageProcessorFast
		);
	});

	test('says which field of the configuration is wrong', () => {
		const read = (json: unknown) => () => Gemma3ImageProcessor.fromConfig(json);
		expect(read([])).toThrow('preprocessor_config.json holds no object.');
		expect(read({ do_resize: 'yes' })).toThrow('do_resize must be true or false, got "yes"');
		expect(read({ size: { shortest_edge: 224 } })).toThrow(
			'size must be a number or an object with height and width, got {"shortest_edge":224}'
		);
		expect(read({ image_mean: [0.5, '1', 0.5] })).toThrow('image_mean must be a number, got "1"');
	});
});

describe('Gemma3ImageProcessorFast', () => {
	for (const set of ['images-56', 'images-896']) {
		test(`equals torchvision on ${set}`, () => {
			const goldens = readPixelGoldens(set).filter(({ kind }) => kind === 'fast');
			expect(goldens.length).toBeGreaterThan(0);
			let largest = 0;
			let differing = 0;
			let hashes = 0;
			let sumError = 0;
			for (const golden of goldens) {
				const processor = new Gemma3ImageProcessorFast(toOptions(golden));
				const { pixelValues, numCrops } = processor.preprocess(readPicture(set, golden.image));
				expect(numCrops).toEqual(golden.num_crops);
				expect(pixelValues.dims).toEqual(golden.shape);
				const bytes = toBytes(pixelValues.data);
				if (sha256(bytes) === golden.sha256_uint8) hashes++;
				const sum = pixelValues.data.reduce((total, value) => total + value, 0);
				sumError = Math.max(sumError, Math.abs(sum - golden.sum) / Math.abs(golden.sum));
				if (set !== 'images-56') continue;
				const expected = expectedBytes(
					`${golden.image}.fast.${golden.pan_and_scan ? 'pas' : 'base'}`
				);
				expect(bytes.length).toBe(expected.length);
				for (let index = 0; index < bytes.length; index++) {
					const difference = Math.abs(bytes[index] - expected[index]);
					largest = Math.max(largest, difference);
					if (difference > 0) differing++;
				}
			}
			console.log(
				`${set}: ${hashes} of ${goldens.length} cases equal by hash; ` +
					`${differing} values differ, by up to ${largest}; sums by ${sumError} of the sum`
			);
			expect(largest).toBe(0);
			expect(hashes).toBe(goldens.length);
			expect(sumError).toBeLessThan(1e-12);
		});
	}

	test('differs from the exact one by a grey level at most', () => {
		let largest = 0;
		let differing = 0;
		const options = { size: { height: 56, width: 56 } };
		for (const [width, height] of [
			[90, 30],
			[17, 200],
			[640, 480]
		]) {
			const image = noisy(width, height);
			const [exact, fast] = [Gemma3ImageProcessor, Gemma3ImageProcessorFast].map((Processor) =>
				toBytes(new Processor(options).preprocess(image).pixelValues.data)
			);
			exact.forEach((value, index) => {
				largest = Math.max(largest, Math.abs(value - fast[index]));
				if (value !== fast[index]) differing++;
			});
		}
		console.log(`exact and fast: ${differing} of 28224 values differ, by up to ${largest}`);
		expect(largest).toBe(1);
	});

	test('refuses a filter that it does not have, by name', () => {
		const processor = new Gemma3ImageProcessorFast({ resample: 1 });
		expect(() => processor.preprocess(noisy(3, 3))).toThrow(ImageError);
		expect(() => processor.preprocess(noisy(3, 3))).toThrow('not with lanczos (resample 1)');
	});

	test('normalises without rescaling, and rescales without normalising', () => {
		const image = noisy(6, 4);
		const options = { size: { height: 4, width: 6 }, imageMean: 0.4, imageStd: 0.3 };
		const values = (more: object) =>
			new Gemma3ImageProcessorFast({ ...options, ...more }).preprocess(image).pixelValues.data[0];
		const value = image.data[0];
		expect(values({ doNormalize: false })).toBe(fround(value * fround(1 / 255)));
		expect(values({ doRescale: false })).toBe(fround(fround(value - fround(0.4)) / fround(0.3)));
		const mean = fround(fround(0.4) * 255);
		const std = fround(fround(0.3) * 255);
		expect(values({})).toBe(fround(fround(value - mean) / std));
	});
});

describe('the SIMD kernels', () => {
	test('equal plain JavaScript bit for bit, in both arithmetics, whatever the size', () => {
		const half = [0.5, 0.25, 0.125];
		const std = [0.5, 0.7, 0.3].map(fround);
		const tables = {
			pillow: createValueTables((value, channel) =>
				fround(fround(fround(value / 255) - half[channel]) / std[channel])
			),
			torch: createValueTables((value, channel) =>
				fround(fround(value - half[channel]) / std[channel])
			)
		};
		let compared = 0;
		for (const [width, height] of [
			[1, 1],
			[7, 5],
			[61, 200],
			[300, 9],
			[1000, 3],
			[2, 3000]
		]) {
			const image = noisy(width, height);
			const box = { x: width >> 2, y: height >> 1, width: width - (width >> 2), height: 1 };
			box.height = height - box.y;
			for (const [toWidth, toHeight] of [
				[1, 1],
				[3, 40],
				[18, 17],
				[56, 56]
			]) {
				for (const filter of [0, 1, 2, 3, 4, 5, 'torch'] as const) {
					const arithmetic = filter === 'torch' ? 'torch' : 'pillow';
					const [across, down] = [
						[box.width, toWidth],
						[box.height, toHeight]
					].map(([from, to]) =>
						filter === 'torch' ? torchAxisWeights(from, to) : pillowAxisWeights(from, to, filter)
					);
					const size = 3 * toWidth * toHeight;
					const [plain, simd] = [new Float32Array(size + 5), new Float32Array(size + 5)];
					resample(image, box, across, down, tables[arithmetic], plain, 2);
					const resampler = maybeSimdResampler(arithmetic);
					expect(resampler).not.toBeNull();
					const parameters = { factor: arithmetic === 'pillow' ? 255 : 1, mean: half, std };
					resampler?.(image, box, across, down, parameters, simd, 2);
					const differing = simd.reduce((sum, value, at) => sum + Number(value !== plain[at]), 0);
					expect(differing, `${width} × ${height} to ${toWidth} × ${toHeight}, ${filter}`).toBe(0);
					compared += size;
				}
			}
		}
		console.log(`${compared} values compared`);
	});
});
