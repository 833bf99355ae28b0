import type { CropBox } from './panAndScan.js';
import type { RgbImage } from './rgb.js';

/** A copy of a box of the picture. The box lies within it. */
export function cropRgb(image: RgbImage, box: CropBox): RgbImage {
	const data = new Uint8Array(box.width * box.height * 3);
	for (let row = 0; row < box.height; row++) {
		const from = ((box.y + row) * image.width + box.x) * 3;
		data.set(image.data.subarray(from, from + box.width * 3), row * box.width * 3);
	}
	return { width: box.width, height: box.height, data };
}
