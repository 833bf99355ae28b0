import { expect, test } from 'vitest';
import { lightPalette, toPixel } from '../../../src/lib/views/palette.js';
import { softmaxStages } from '../../../src/lib/views/softmaxStages.js';
import { describeStages, stageValues, toStagePixels } from '../../../src/lib/views/stageRows.js';

// Scale is 1/2; scores are 0, 1 and 5, the last of them closed.
const stages = softmaxStages([0, 2, 10], [1, 1, 0], 4);

test('each stage gives its own values', () => {
	expect(Array.from(stageValues(stages, 0))).toEqual([0, 2, 10]);
	expect(Array.from(stageValues(stages, 1))).toEqual([0, 1, 5]);
	expect(Array.from(stageValues(stages, 2))).toEqual([0, 1, -Infinity]);
	expect(stageValues(stages, 3)[2]).toBe(0);
});

test('a closed key is paper once the mask was added, and not before', () => {
	const pixels = toStagePixels(stages, lightPalette);
	const paper = toPixel(lightPalette.paper);
	expect(pixels[1 * 3 + 2]).not.toBe(paper);
	expect(pixels[2 * 3 + 2]).toBe(paper);
	expect(pixels[3 * 3 + 2]).toBe(paper);
	// The largest score that is left has the full hue, as the largest of all had before.
	expect(pixels[2 * 3 + 1]).toBe(pixels[0 * 3 + 2]);
});

test('the words hold the numbers of every stage', () => {
	expect(describeStages(stages, 1, 4)).toBe(
		'q · k 2.000, times 1/√4 1.000; the mask leaves it; exp(1.000 − 1.000) = 1.00 of 1.368 in all: weight 0.7311'
	);
	expect(describeStages(stages, 2, 4)).toBe(
		'q · k 10.000, times 1/√4 5.000; the mask closes it, so its weight is 0'
	);
});
