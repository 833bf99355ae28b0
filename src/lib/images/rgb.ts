/** An RGB picture, 8 bits a channel, interleaved, rows from the top, no padding. */
export interface RgbImage {
	readonly width: number;
	readonly height: number;
	/** `width * height * 3` values. */
	readonly data: Uint8Array;
}

/** A decoded picture before conversion: an `ImageData`, or what a PNG holds. */
export interface PixelImage {
	readonly width: number;
	readonly height: number;
	/** Interleaved: grey, grey and alpha, RGB or RGBA; 16-bit values in a Uint16Array. */
	readonly data: Uint8Array | Uint8ClampedArray | Uint16Array;
}

/** What was wrong with a picture, in a sentence for the person who added it. */
export class ImageError extends Error {
	override readonly name = 'ImageError';
}

/** 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA: counted from the data. */
export function channelCount(image: PixelImage): number {
	return image.data.length / (image.width * image.height);
}

/**
 * RGB as `PIL.Image.convert('RGB')` makes it: grey is repeated, alpha is dropped and never blended.
 * Of 16 bits the upper 8 are kept: Pillow does so for colour. For 16-bit grey it clips at 255
 * instead, which turns almost any such picture white; that is not copied.
 *
 * @returns the same object if it is 8-bit RGB already
 * @throws ImageError if the size is not positive or the data is not 1 to 4 channels of it
 */
export function toRgb(image: PixelImage): RgbImage {
	const channels = checkPixels(image);
	const { width, height, data } = image;
	if (channels === 3 && data instanceof Uint8Array) return { width, height, data };
	const shift = data instanceof Uint16Array ? 8 : 0;
	const isGrey = channels < 3;
	const rgb = new Uint8Array(width * height * 3);
	for (let from = 0, to = 0; to < rgb.length; from += channels, to += 3) {
		rgb[to] = data[from] >> shift;
		rgb[to + 1] = data[isGrey ? from : from + 1] >> shift;
		rgb[to + 2] = data[isGrey ? from : from + 2] >> shift;
	}
	return { width, height, data: rgb };
}

function checkPixels(image: PixelImage): number {
	const { width, height, data } = image;
	if (!Number.isSafeInteger(width) || !Number.isSafeInteger(height) || width < 1 || height < 1) {
		throw new ImageError(`A picture of ${width} × ${height} pixels has nothing in it.`);
	}
	const channels = channelCount(image);
	if (!Number.isInteger(channels) || channels < 1 || channels > 4) {
		throw new ImageError(
			`A picture of ${width} × ${height} pixels needs 1 to 4 values a pixel, got ${data.length} in all.`
		);
	}
	return channels;
}
