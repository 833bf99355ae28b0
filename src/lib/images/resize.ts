import { pillowAxisWeights } from './axisWeights.js';
import { createValueTables, resample } from './resample.js';
import { resampling, resamplingName, type Resampling } from './resampleFilters.js';
import type { RgbImage } from './rgb.js';

const identity = createValueTables((value) => value);

/**
 * A picture resized as `PIL.Image.resize` does, byte for byte. Ports ImagingResample (Resample.c):
 * fixed point, along rows and then along columns, rounded to 8 bits after each.
 *
 * @param filter Pillow's number of the filter
 * @throws RangeError if the size is not positive or the filter is none of Pillow's
 */
export function resizeRgb(
	image: RgbImage,
	width: number,
	height: number,
	filter: Resampling = resampling.bilinear
): RgbImage {
	if (![width, height].every((side) => Number.isSafeInteger(side) && side > 0)) {
		throw new RangeError(`invalid size: ${width} × ${height}`);
	}
	if (resamplingName(filter) === undefined) throw new RangeError(`invalid resample: ${filter}`);
	const box = { x: 0, y: 0, width: image.width, height: image.height };
	const across = pillowAxisWeights(image.width, width, filter);
	const down = pillowAxisWeights(image.height, height, filter);
	const plane = width * height;
	const values = new Float32Array(3 * plane);
	resample(image, box, across, down, identity, values, 0);
	const data = new Uint8Array(3 * plane);
	for (let pixel = 0; pixel < plane; pixel++) {
		data[pixel * 3] = values[pixel];
		data[pixel * 3 + 1] = values[plane + pixel];
		data[pixel * 3 + 2] = values[2 * plane + pixel];
	}
	return { width, height, data };
}
