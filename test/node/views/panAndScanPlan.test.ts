import { expect, test } from 'vitest';
import { planPanAndScan } from '../../../src/lib/views/panAndScanPlan.js';

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
