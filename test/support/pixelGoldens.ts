import { readFileSync } from 'node:fs';
import { decodePng } from '../../src/lib/images/decodePng.js';
import type { RgbImage } from '../../src/lib/images/rgb.js';

export interface PixelGolden {
	image: number;
	width: number;
	height: number;
	kind: 'pil' | 'fast';
	pan_and_scan: boolean;
	params: {
		pan_and_scan_min_crop_size: number;
		pan_and_scan_max_num_crops: number;
		pan_and_scan_min_ratio_to_activate: number;
	};
	size: number;
	num_crops: number[];
	shape: number[];
	sum: number;
	sha256_uint8: string;
}

const folderOf = (set: string) => new URL(`../fixtures/goldens/${set}/`, import.meta.url);

export function readPixelGoldens(set: string): PixelGolden[] {
	return JSON.parse(readFileSync(new URL('golden.json', folderOf(set)), 'utf8')) as PixelGolden[];
}

export function readPicture(set: string, image: number): RgbImage {
	return decodePng(readFileSync(new URL(`image-${image}.png`, folderOf(set))));
}

export const toOptions = (golden: PixelGolden) => ({
	size: { height: golden.size, width: golden.size },
	doPanAndScan: golden.pan_and_scan,
	panAndScanMinCropSize: golden.params.pan_and_scan_min_crop_size,
	panAndScanMaxNumCrops: golden.params.pan_and_scan_max_num_crops,
	panAndScanMinRatioToActivate: golden.params.pan_and_scan_min_ratio_to_activate
});

/** The 8-bit values behind normalised pixel values, as the goldens' README says. */
export const toBytes = (values: Float32Array) =>
	Uint8Array.from(values, (value) => Math.round((value * 0.5 + 0.5) * 255));
