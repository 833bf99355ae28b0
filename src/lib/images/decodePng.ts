import { decode, type DecodedPng } from 'fast-png';
import { findPngChunk } from './imageHeader.js';
import { applyOrientation, readOrientation } from './orientation.js';
import { ImageError, toRgb, type RgbImage } from './rgb.js';

/**
 * A PNG as RGB: the bytes of the file, not colour-managed, alpha dropped (`toRgb`), upright by its
 * EXIF orientation. Of an animated PNG the still picture.
 *
 * @throws ImageError if the file is damaged, cut short or of a kind that is not read
 */
export function decodePng(bytes: Uint8Array): RgbImage {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (bytes.length > 28 && view.getUint8(24) < 8 && view.getUint8(28) === 1) {
		throw new ImageError(
			'This PNG is interlaced with fewer than 8 bits a value, which is not read: save it without interlacing.'
		);
	}
	let png: DecodedPng;
	try {
		// A copy: the decoder reads on into whatever else the buffer holds.
		png = decode(bytes.slice(), { checkCrc: true });
	} catch (error) {
		const cause = error instanceof Error ? error.message : String(error);
		throw new ImageError(`This PNG is damaged or cut short: ${cause}.`, { cause: error });
	}
	const exif = findPngChunk(view, 'eXIf');
	const orientation = exif === null ? 1 : readOrientation(exif);
	return applyOrientation(toRgb(toPixels(png)), orientation);
}

function toPixels(png: DecodedPng) {
	const { width, height, depth, palette } = png;
	const data = depth < 8 ? unpackBits(png) : png.data;
	if (palette !== undefined && png.channels === 1 && depth <= 8) {
		return { width, height, data: lookUp(data, palette) };
	}
	if (depth >= 8) return { width, height, data };
	const scale = 255 / (2 ** depth - 1);
	return { width, height, data: Uint8Array.from(data, (value) => value * scale) };
}

/** One value a byte; in the file each row starts with a new byte. */
function unpackBits({ width, height, depth, data }: DecodedPng): Uint8Array {
	const rowBytes = Math.ceil((width * depth) / 8);
	const mask = 2 ** depth - 1;
	const values = new Uint8Array(width * height);
	for (let y = 0, to = 0; y < height; y++) {
		for (let x = 0; x < width; x++, to++) {
			const bit = x * depth;
			values[to] = (data[y * rowBytes + (bit >> 3)] >> (8 - depth - (bit & 7))) & mask;
		}
	}
	return values;
}

/** Colours of the palette; black beyond its end, as in Pillow. */
function lookUp(indices: ArrayLike<number>, palette: readonly (readonly number[])[]): Uint8Array {
	const data = new Uint8Array(indices.length * 3);
	for (let index = 0; index < indices.length; index++) {
		const color = palette[indices[index]];
		if (color === undefined) continue;
		data[index * 3] = color[0];
		data[index * 3 + 1] = color[1];
		data[index * 3 + 2] = color[2];
	}
	return data;
}
