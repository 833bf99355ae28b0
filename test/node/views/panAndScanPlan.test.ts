import { expect, test } from 'vitest';
import {
	planPanAndScan,
	publishedPanAndScan,
	toSettingsOfCut
} from '../../../src/lib/views/panAndScanPlan.js';

const settings = {
	doPanAndScan: true,
	panAndScanMinCropSize: 32,
	panAndScanMaxNumCrops: 4,
	panAndScanMinRatioToActivate: 1.2
};

test('a wide picture is cut, with the reason', () => {
	const { boxes, sentence } = planPanAndScan({ width: 448, height: 112 }, settings);
	expect(boxes.map(({ x }) => x)).toEqual([0, 112, 224, 336]);
	expect(sentence).toMatch(/^4 crops .*4\.00/);
});

test('switched off, nothing is cut, and it says what would be', () => {
	const off = { ...settings, doPanAndScan: false };
	expect(planPanAndScan({ width: 448, height: 112 }, off)).toEqual({
		boxes: [],
		sentence: 'Pan & scan is off. It would make 4 crops.'
	});
	expect(planPanAndScan({ width: 112, height: 112 }, off).sentence).toBe(
		'Pan & scan is off. It would make no crop.'
	);
});

test('settings that cut as a run did change no more than that takes', () => {
	const banner = { width: 896, height: 224, doPanAndScan: true };
	const cut = (panAndScanMinCropSize: number, panAndScanMaxNumCrops: number) => ({
		...banner,
		boxes: planPanAndScan(banner, {
			...publishedPanAndScan,
			doPanAndScan: true,
			panAndScanMinCropSize,
			panAndScanMaxNumCrops
		}).boxes
	});
	// Crops of 224 pixels are smaller than the published 256 allow.
	expect(toSettingsOfCut(cut(32, 4), publishedPanAndScan)).toEqual({
		...publishedPanAndScan,
		doPanAndScan: true,
		panAndScanMinCropSize: 224
	});
	expect(toSettingsOfCut(cut(32, 2), publishedPanAndScan)).toMatchObject({
		panAndScanMinCropSize: 224,
		panAndScanMaxNumCrops: 2
	});
	const off = { ...banner, doPanAndScan: false, boxes: [] };
	expect(toSettingsOfCut(off, publishedPanAndScan)).toEqual(publishedPanAndScan);
});

test('they give as many crops as there were, whatever was set', () => {
	for (const [width, height] of [
		[896, 224],
		[300, 1000],
		[640, 480],
		[4000, 500]
	]) {
		for (const panAndScanMinCropSize of [1, 100, 256]) {
			for (const panAndScanMaxNumCrops of [1, 2, 5, 9]) {
				for (const panAndScanMinRatioToActivate of [1, 1.5, 6]) {
					const set = {
						...publishedPanAndScan,
						doPanAndScan: true,
						panAndScanMinCropSize,
						panAndScanMaxNumCrops,
						panAndScanMinRatioToActivate
					};
					const { boxes } = planPanAndScan({ width, height }, set);
					const cut = { width, height, doPanAndScan: true, boxes };
					const found = toSettingsOfCut(cut, publishedPanAndScan);
					expect(planPanAndScan(cut, found).boxes).toEqual(boxes);
				}
			}
		}
	}
});
