import { panAndScanBoxes } from '../../src/lib/images/panAndScan.js';
import { compareExact, type Comparison } from './comparison.js';
import { readList } from './readList.js';

interface PanAndScanGolden {
	readonly width: number;
	readonly height: number;
	readonly pan_and_scan_min_crop_size: number;
	readonly pan_and_scan_max_num_crops: number;
	readonly pan_and_scan_min_ratio_to_activate: number;
	/** `[width, height]` of each crop. */
	readonly crops: [number, number][];
}

/** Crop sizes, exactly. */
export function runPanAndScanCase(path: string): Comparison[] {
	return readList<PanAndScanGolden>(path).map((golden, index) => {
		const boxes = panAndScanBoxes({
			width: golden.width,
			height: golden.height,
			panAndScanMinCropSize: golden.pan_and_scan_min_crop_size,
			panAndScanMaxNumCrops: golden.pan_and_scan_max_num_crops,
			panAndScanMinRatioToActivate: golden.pan_and_scan_min_ratio_to_activate
		});
		const sizes = boxes.map(({ width, height }) => [width, height]);
		return compareExact(`picture ${index}`, sizes, golden.crops);
	});
}
