import {
	explainPanAndScan,
	panAndScanBoxes,
	type CropBox,
	type PanAndScanOptions
} from '../images/panAndScan.js';
import { defaultImageProcessorOptions } from '../images/processorOptions.js';

/** Pan and scan as it is set, nothing left out. */
export interface PanAndScanChoice extends Omit<PanAndScanOptions, 'width' | 'height'> {
	readonly doPanAndScan: boolean;
}

/** As Gemma 3 was published: off by default. */
export const publishedPanAndScan: PanAndScanChoice = defaultImageProcessorOptions;

export interface PanAndScanPlan {
	/** Source pixels; empty where no crop is made. */
	readonly boxes: readonly CropBox[];
	/** Why these crops, or none, in a sentence. */
	readonly sentence: string;
}

/** What pan and scan makes of a picture of a size, at once and without its pixels. */
export function planPanAndScan(
	{ width, height }: { readonly width: number; readonly height: number },
	{ doPanAndScan, ...settings }: PanAndScanChoice
): PanAndScanPlan {
	const options = { ...settings, width, height };
	if (doPanAndScan) {
		return { boxes: panAndScanBoxes(options), sentence: explainPanAndScan(options) };
	}
	const count = panAndScanBoxes(options).length;
	const would = count === 0 ? 'It would make no crop.' : `It would make ${crops(count)}.`;
	return { boxes: [], sentence: `Pan & scan is off. ${would}` };
}

function crops(count: number): string {
	return count === 1 ? '1 crop' : `${count} crops`;
}
