import { expect, test } from 'vitest';
import { fitPicture } from '../../../src/lib/views/pictureFit.js';

test('a picture fills the width or the height and keeps its shape', () => {
	expect(fitPicture({ width: 448, height: 112 }, 330, 300)).toEqual({
		width: 330,
		height: 83,
		isWidened: false
	});
	expect(fitPicture({ width: 100, height: 400 }, 330, 300)).toEqual({
		width: 75,
		height: 300,
		isWidened: false
	});
});

test('a line of pixels is drawn wide enough to see, and says so', () => {
	const fit = fitPicture({ width: 1, height: 5000 }, 330, 300);
	expect(fit).toEqual({ width: 28, height: 300, isWidened: true });
	expect(fitPicture({ width: 1, height: 1 }, 330, 300).isWidened).toBe(false);
});
