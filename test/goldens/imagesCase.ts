import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodePng } from '../../src/lib/images/decodePng.js';
import { Gemma3ImageProcessor } from '../../src/lib/images/imageProcessing.js';
import { Gemma3ImageProcessorFast } from '../../src/lib/images/imageProcessingFast.js';
import { decodeSafetensors } from '../../src/lib/safetensors/reader.js';
import type { Tensor } from '../../src/lib/tensor/tensor.js';
import { toBytes, toOptions, type PixelGolden } from '../support/pixelGoldens.js';
import { compareExact, type Comparison } from './comparison.js';
import { readList } from './readList.js';

/** Pillow's values are exact; torchvision's may be one grey level off. */
const FAST_TOLERANCE = 1;

/** Pixel values of both image processors, as 8-bit values. */
export function runImagesCase(directory: string): Comparison[] {
	const pixelsFile = join(directory, 'pixels.safetensors');
	const pixels = existsSync(pixelsFile)
		? decodeSafetensors(readFileSync(pixelsFile), 'pixels.safetensors')
		: undefined;
	return readList<PixelGolden>(join(directory, 'golden.json')).flatMap((golden) => {
		const image = decodePng(readFileSync(join(directory, `image-${golden.image}.png`)));
		const Processor = golden.kind === 'pil' ? Gemma3ImageProcessor : Gemma3ImageProcessorFast;
		const { pixelValues, numCrops } = new Processor(toOptions(golden)).preprocess(image);
		const part = `${golden.image}.${golden.kind}.${golden.pan_and_scan ? 'pas' : 'base'}`;
		const expected = pixels?.get(part);
		return [
			compareExact(`${part} shape`, [pixelValues.dims, numCrops], [golden.shape, golden.num_crops]),
			{
				name: part,
				maxError: levelError(pixelValues, golden, expected?.data as Uint8Array | undefined),
				tolerance: golden.kind === 'pil' ? 0 : FAST_TOLERANCE
			}
		];
	});
}

/** Largest difference in grey levels; without the reference's bytes, the mean difference. */
function levelError({ data }: Tensor, golden: PixelGolden, expected?: Uint8Array): number {
	const bytes = toBytes(data);
	if (createHash('sha256').update(bytes).digest('hex') === golden.sha256_uint8) return 0;
	if (expected !== undefined && expected.length === bytes.length) {
		return bytes.reduce((max, value, i) => Math.max(max, Math.abs(value - expected[i])), 0);
	}
	if (golden.kind === 'pil') return Infinity;
	const sum = data.reduce((total, value) => total + value, 0);
	return (Math.abs(sum - golden.sum) / data.length) * 127.5;
}
