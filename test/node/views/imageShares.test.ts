import { expect, test } from 'vitest';
import {
	describePictureShare,
	toOnlookers,
	toPictureShares
} from '../../../src/lib/views/imageShares.js';
import { wideImages } from '../../support/traceImages.js';

const images = wideImages(2, 2);
const row = new Float32Array(16);
row.set([0.1, 0.1, 0, 0, 0.3, 0, 0, 0, 0, 0, 0, 0.05], 3);

test('a picture gets the sum of its squares', () => {
	const [share] = toPictureShares(images, row, new Uint8Array(16).fill(1));
	expect(share.total).toBeCloseTo(0.55, 6);
	expect(share.whole).toBeCloseTo(0.2, 6);
	expect(share.crops[0]).toBeCloseTo(0.3, 6);
	expect(share.crops[1]).toBeCloseTo(0.05, 6);
	expect(describePictureShare(share, 15)).toBe(
		'0.55 of row 15 goes to picture 1: 0.20 to the whole, 0.30 to crop 1, 0.05 to crop 2'
	);
});

test('what the mask closes is said', () => {
	const [none] = toPictureShares(images, row, new Uint8Array(16));
	expect(describePictureShare(none, 15)).toBe('the mask closes picture 1 to row 15');
	const half = new Uint8Array(16).fill(1, 9);
	const [partly] = toPictureShares(images, row, half);
	expect(describePictureShare(partly, 15)).toMatch(/; 6 of its 12 soft tokens are open$/);
});

test('onlookers of a key come heaviest first', () => {
	const weights = Float32Array.from([0.5, 0.1, 0.2, 0.9, 0.3, 0.9]);
	expect(toOnlookers({ queries: 3, keys: 2, weights }, 1, 2)).toEqual([
		{ query: 1, weight: weights[3] },
		{ query: 2, weight: weights[5] }
	]);
});
