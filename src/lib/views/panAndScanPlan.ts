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

/** What a run made of a picture, and whether it was to make crops. */
export interface PictureCut {
	readonly width: number;
	readonly height: number;
	readonly doPanAndScan: boolean;
	/** Source pixels. */
	readonly boxes: readonly CropBox[];
}

/**
 * Settings that cut a picture as a run did, where the run's own are not known: a recording holds its
 * crops only. They differ from those given no more than that takes.
 */
export function toSettingsOfCut(cut: PictureCut, given: PanAndScanChoice): PanAndScanChoice {
	const { width, height, doPanAndScan, boxes } = cut;
	const count = boxes.length;
	const settings = { ...given, doPanAndScan };
	const countOf = (choice: PanAndScanChoice) => planPanAndScan(cut, choice).boxes.length;
	if (countOf(settings) === count) return settings;
	const ratio = Math.max(width, height) / Math.min(width, height);
	if (count === 0) {
		return { ...settings, panAndScanMinRatioToActivate: Math.floor(100 * ratio + 1) / 100 };
	}
	const possible = {
		...settings,
		panAndScanMinCropSize: Math.min(given.panAndScanMinCropSize, boxes[0].width, boxes[0].height),
		panAndScanMinRatioToActivate: Math.min(
			given.panAndScanMinRatioToActivate,
			Math.floor(100 * ratio) / 100
		)
	};
	return countOf(possible) === count ? possible : { ...possible, panAndScanMaxNumCrops: count };
}

function crops(count: number): string {
	return count === 1 ? '1 crop' : `${count} crops`;
}
