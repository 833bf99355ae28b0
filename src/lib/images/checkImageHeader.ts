import type { ImageHeader } from './imageHeader.js';
import { ImageError } from './rgb.js';

/** Pixels above which a picture is refused before it is decoded: 50 megapixels. */
const defaultMaxPixels = 50_000_000;

/**
 * Refuses what is no picture, is of a kind that is not read, or has too many pixels, before anything
 * is decoded.
 *
 * @throws ImageError with a sentence for the person who added the file
 */
export function checkImageHeader(
	{ format, width, height }: ImageHeader,
	byteLength: number,
	maxPixels = defaultMaxPixels
): void {
	if (byteLength === 0) throw new ImageError('This file is empty.');
	if (format === 'unknown') {
		throw new ImageError(
			'This is not a picture that can be read: use PNG, JPEG, WebP, AVIF or GIF.'
		);
	}
	if (format === 'svg') {
		throw new ImageError(
			'This is an SVG drawing. It may hold scripts and outside references, so it is not opened: export it as PNG.'
		);
	}
	if (format === 'heic' || format === 'tiff') {
		throw new ImageError(
			`This is a ${format.toUpperCase()} picture, which is not read: convert it to PNG or JPEG.`
		);
	}
	if (width === 0 || height === 0) {
		throw new ImageError(
			`This ${format.toUpperCase()} is damaged or cut short: its header gives no size.`
		);
	}
	if (width * height > maxPixels) {
		const megapixels = (count: number) =>
			(count / 1e6).toLocaleString('en', { maximumFractionDigits: 1 });
		throw new ImageError(
			`This picture has ${width} × ${height} pixels, ${megapixels(width * height)} megapixels. ` +
				`The limit is ${megapixels(maxPixels)}: scale it down first.`
		);
	}
}
