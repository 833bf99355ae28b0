import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { explainPanAndScan, panAndScanBoxes } from '../../../src/lib/images/panAndScan.js';

interface Golden {
	width: number;
	height: number;
	pan_and_scan_min_crop_size: number;
	pan_and_scan_max_num_crops: number;
	pan_and_scan_min_ratio_to_activate: number;
	crops: [number, number][];
}

const goldens = JSON.parse(
	readFileSync(new URL('../../fixtures/goldens/pan-and-scan.json', import.meta.url), 'utf8')
) as Golden[];

const toOptions = (golden: Golden) => ({
	width: golden.width,
	height: golden.height,
	panAndScanMinCropSize: golden.pan_and_scan_min_crop_size,
	panAndScanMaxNumCrops: golden.pan_and_scan_max_num_crops,
	panAndScanMinRatioToActivate: golden.pan_and_scan_min_ratio_to_activate
});

const defaults = {
	panAndScanMinCropSize: 256,
	panAndScanMaxNumCrops: 4,
	panAndScanMinRatioToActivate: 1.2
};

describe('panAndScanBoxes', () => {
	test('gives the crop sizes of the reference in all of its 300 cases', () => {
		expect(goldens).toHaveLength(300);
		for (const golden of goldens) {
			const sizes = panAndScanBoxes(toOptions(golden)).map((box) => [box.width, box.height]);
			expect(sizes, JSON.stringify(golden)).toEqual(golden.crops);
		}
	});

	test('covers the picture once, row by row, with no gap and no overlap', () => {
		for (const golden of goldens) {
			const boxes = panAndScanBoxes(toOptions(golden));
			if (boxes.length === 0) continue;
			const isLandscape = golden.width >= golden.height;
			let end = 0;
			for (const box of boxes) {
				expect(isLandscape ? [box.x, box.y] : [box.y, box.x]).toEqual([end, 0]);
				end += isLandscape ? box.width : box.height;
				expect(isLandscape ? box.height : box.width).toBe(
					isLandscape ? golden.height : golden.width
				);
			}
			expect(end).toBe(isLandscape ? golden.width : golden.height);
		}
	});

	test('makes the whole picture the one crop when a single crop is allowed', () => {
		expect(
			panAndScanBoxes({ width: 900, height: 300, ...defaults, panAndScanMaxNumCrops: 1 })
		).toEqual([{ x: 0, y: 0, width: 900, height: 300 }]);
	});

	test('leaves out a crop that would be empty', () => {
		const boxes = panAndScanBoxes({
			width: 10,
			height: 1,
			panAndScanMinCropSize: 1,
			panAndScanMaxNumCrops: 8,
			panAndScanMinRatioToActivate: 1.2
		});
		expect(boxes.map((box) => box.width)).toEqual([2, 2, 2, 2, 2]);
	});

	test('makes no crop of a 1 × 1 and of a 1 × 5000 picture', () => {
		expect(panAndScanBoxes({ width: 1, height: 1, ...defaults })).toEqual([]);
		expect(panAndScanBoxes({ width: 1, height: 5000, ...defaults })).toEqual([]);
	});

	test('refuses sizes and settings that make no sense, by name', () => {
		expect(() => panAndScanBoxes({ width: 0, height: 5, ...defaults })).toThrow('invalid width: 0');
		expect(() => panAndScanBoxes({ width: 5, height: 1.5, ...defaults })).toThrow(
			'invalid height: 1.5'
		);
		expect(() =>
			panAndScanBoxes({ width: 5, height: 5, ...defaults, panAndScanMaxNumCrops: 0 })
		).toThrow('invalid panAndScanMaxNumCrops: 0');
		expect(() =>
			panAndScanBoxes({ width: 5, height: 5, ...defaults, panAndScanMinRatioToActivate: NaN })
		).toThrow('invalid panAndScanMinRatioToActivate: NaN');
	});
});

describe('explainPanAndScan', () => {
	test('says that the picture is not long enough', () => {
		expect(explainPanAndScan({ width: 1199, height: 1000, ...defaults })).toBe(
			'No crops: the ratio of width to height is 1.19, below panAndScanMinRatioToActivate (1.2).'
		);
	});

	test('says that the crops would be too small', () => {
		expect(explainPanAndScan({ width: 200, height: 1000, ...defaults })).toBe(
			'No crops: crops of 200 × 334 pixels would be smaller than panAndScanMinCropSize (256).'
		);
	});

	test('says how many crops there are, where and why', () => {
		expect(explainPanAndScan({ width: 2000, height: 600, ...defaults })).toBe(
			'3 crops of up to 667 × 600 pixels, side by side: the ratio of width to height is 3.33.'
		);
		expect(explainPanAndScan({ width: 400, height: 2000, ...defaults })).toBe(
			'4 crops of up to 400 × 500 pixels, one below the other: ' +
				'the ratio of height to width is 5.00, as many as panAndScanMaxNumCrops allows.'
		);
		expect(
			explainPanAndScan({ width: 900, height: 300, ...defaults, panAndScanMaxNumCrops: 1 })
		).toBe(
			'One crop, the whole picture: ' +
				'the ratio of width to height is 3.00, as many as panAndScanMaxNumCrops allows.'
		);
	});

	test('speaks of crops exactly where crops are made', () => {
		for (const golden of goldens) {
			const sentence = explainPanAndScan(toOptions(golden));
			expect(sentence.startsWith('No crops'), sentence).toBe(golden.crops.length === 0);
		}
	});
});
