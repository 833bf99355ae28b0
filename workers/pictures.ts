import type { Gemma3Processor } from '../src/lib/gemma3/processing.js';
import { decodeImageInBrowser } from '../src/lib/images/decodeBrowser.js';
import type { Gemma3ImageProcessor } from '../src/lib/images/imageProcessing.js';
import { explainPanAndScan, panAndScanBoxes, type CropBox } from '../src/lib/images/panAndScan.js';
import { toImageProcessorOptions } from '../src/lib/images/processorOptions.js';
import type { RgbImage } from '../src/lib/images/rgb.js';
import type {
	PanAndScanSettings,
	PictureFile,
	PictureInfo,
	PreviewSquare,
	PromptPreview,
	RunRequest
} from '../src/lib/rpc/services.js';
import type { Tensor } from '../src/lib/tensor/tensor.js';
import { toInputs } from './prompt.js';

/** A decoded picture and how it is cut. */
export interface Picture {
	readonly info: PictureInfo;
	readonly image: RgbImage;
	readonly crops: readonly CropBox[];
	/** What was changed or left out in decoding, in sentences. */
	readonly notices: readonly string[];
}

/**
 * Decodes the pictures of a prompt and cuts them as the image processor will.
 *
 * @throws ImageError naming the picture
 */
export async function decodePictures(
	files: readonly PictureFile[] = [],
	imageProcessor: Gemma3ImageProcessor | null,
	settings: PanAndScanSettings = {}
): Promise<Picture[]> {
	const options = toImageProcessorOptions(settings, imageProcessor?.options);
	const pictures: Picture[] = [];
	for (const { name, blob } of files) {
		const { image, notices } = await decode(name, blob);
		const { width, height } = image;
		const size = { ...options, width, height };
		pictures.push({
			info: {
				name,
				width,
				height,
				panAndScan: options.doPanAndScan ? explainPanAndScan(size) : 'Pan & scan is off.'
			},
			image,
			crops: options.doPanAndScan ? panAndScanBoxes(size) : [],
			notices: notices.map((notice) => `${name}: ${notice}`)
		});
	}
	return pictures;
}

async function decode(name: string, blob: Blob) {
	try {
		return await decodeImageInBrowser(blob);
	} catch (error) {
		if (error instanceof Error) error.message = `${name}: ${error.message}`;
		throw error;
	}
}

/** What the model will see of a prompt and its pictures; the model itself does not run. */
export function previewPrompt(
	processor: Gemma3Processor<RgbImage>,
	imageProcessor: Gemma3ImageProcessor,
	pictures: readonly Picture[],
	{ prompt, panAndScan }: RunRequest
): PromptPreview {
	const images = pictures.map(({ image }) => image);
	const inputs = toInputs(processor, prompt, images, panAndScan);
	const plain = toInputs(processor, prompt, images, { ...panAndScan, doPanAndScan: false });
	const {
		doPanAndScan,
		panAndScanMinCropSize,
		panAndScanMaxNumCrops,
		panAndScanMinRatioToActivate
	} = toImageProcessorOptions(panAndScan ?? {}, imageProcessor.options);
	let square = 0;
	return {
		pictures: pictures.map(({ info, crops }) => {
			const whole = { x: 0, y: 0, width: info.width, height: info.height };
			const boxes = [whole, ...crops];
			const squares = boxes.map((box) => ({
				box,
				...toSquare(inputs.pixelValues!, square++, imageProcessor)
			}));
			return { ...info, squares };
		}),
		text: inputs.texts[0],
		numTokens: inputs.inputIds[0].length,
		numTokensWithoutCrops: plain.inputIds[0].length,
		panAndScan: {
			doPanAndScan,
			panAndScanMinCropSize,
			panAndScanMaxNumCrops,
			panAndScanMinRatioToActivate
		},
		notices: [...pictures.flatMap(({ notices }) => notices), ...inputs.notices]
	};
}

/** One square of `[n, 3, size, size]` as a picture again. */
function toSquare(
	{ dims: [, , height, width], data }: Tensor,
	index: number,
	{ options }: Gemma3ImageProcessor
): Omit<PreviewSquare, 'box'> {
	const count = height * width;
	const pixels = new Uint8ClampedArray(count * 4).fill(255);
	for (let channel = 0; channel < 3; channel++) {
		const mean = channelOf(options.imageMean, channel);
		const std = channelOf(options.imageStd, channel);
		const start = (index * 3 + channel) * count;
		for (let i = 0; i < count; i++) {
			const value = options.doNormalize ? data[start + i] * std + mean : data[start + i];
			pixels[i * 4 + channel] = options.doRescale ? value / options.rescaleFactor : value;
		}
	}
	return { size: width, pixels };
}

function channelOf(value: number | readonly number[], channel: number): number {
	return typeof value === 'number' ? value : value[channel];
}
