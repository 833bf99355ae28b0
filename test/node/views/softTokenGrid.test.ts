import { expect, test } from 'vitest';
import {
	moveSoftToken,
	placeOfSoftToken,
	softTokenAt,
	softTokenBox
} from '../../../src/lib/views/softTokenGrid.js';
import { wideImages } from '../../support/traceImages.js';

const images = wideImages(2, 4);

test('the boxes of a square tile it, and the middle of each leads back to it', () => {
	for (const image of images) {
		let area = 0;
		for (let index = 0; index < 16; index++) {
			const { x, y, width, height } = softTokenBox(image, index);
			area += width * height;
			expect(softTokenAt(image, x + width / 2, y + height / 2)).toBe(index);
		}
		expect(area).toBeCloseTo(image.box.width * image.box.height, 6);
	}
});

test('a point outside the square belongs to no soft token of it', () => {
	expect(softTokenAt(images[1], 200, 50)).toBeNull();
	expect(softTokenAt(images[2], 199.9, 50)).toBeNull();
	expect(softTokenAt(images[0], -1, 50)).toBeNull();
	expect(softTokenAt(images[0], 10, 100)).toBeNull();
});

test('a position tells its square and cell, and a text token has none', () => {
	expect(placeOfSoftToken(images, 3)).toEqual({ image: 0, index: 0 });
	expect(placeOfSoftToken(images, 3 + 16 + 5)).toEqual({ image: 1, index: 5 });
	expect(placeOfSoftToken(images, 3 + 47)).toEqual({ image: 2, index: 15 });
	expect(placeOfSoftToken(images, 2)).toBeNull();
	expect(placeOfSoftToken(images, 3 + 48)).toBeNull();
});

test('arrows move within the grid and stop at its edges', () => {
	expect(moveSoftToken(images[0], 5, 'ArrowRight')).toBe(6);
	expect(moveSoftToken(images[0], 7, 'ArrowRight')).toBe(7);
	expect(moveSoftToken(images[0], 5, 'ArrowDown')).toBe(9);
	expect(moveSoftToken(images[0], 2, 'ArrowUp')).toBe(2);
	expect(moveSoftToken(images[0], 6, 'Home')).toBe(4);
	expect(moveSoftToken(images[0], 6, 'End')).toBe(7);
	expect(moveSoftToken(images[0], 6, 'a')).toBeNull();
});
