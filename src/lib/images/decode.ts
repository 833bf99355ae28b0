import { checkImageHeader } from './checkImageHeader.js';
import { decodePng } from './decodePng.js';
import { readImageHeader, type ImageFormat } from './imageHeader.js';
import { ImageError, toRgb, type PixelImage, type RgbImage } from './rgb.js';

/** Decodes what is no PNG, upright and unblended. Gets the file's bytes and their media type. */
export type NativeDecoder = (bytes: Uint8Array, mediaType: string) => Promise<PixelImage>;

export interface DecodeOptions {
	/** 50 megapixels, unless it is given. */
	readonly maxPixels?: number;
	/** Absent where there is none, as in Node: then only PNG is read. */
	readonly decodeNative?: NativeDecoder;
}

export interface DecodedImage {
	readonly image: RgbImage;
	readonly format: ImageFormat;
	/** Sentences about what was left out or changed; empty where nothing was. */
	readonly notices: readonly string[];
}

const mediaTypes: Partial<Record<ImageFormat, string>> = {
	jpeg: 'image/jpeg',
	gif: 'image/gif',
	webp: 'image/webp',
	avif: 'image/avif',
	bmp: 'image/bmp'
};

/**
 * A picture file as RGB, upright. The kind is told by the first bytes, not by a name, and the size
 * is checked before anything is decoded. The reference leaves EXIF orientation alone; here it is
 * applied, since a picture is shown and asked about upright.
 *
 * @throws ImageError with a sentence for the person who added the file
 */
export async function decodeImage(
	bytes: Uint8Array,
	{ maxPixels, decodeNative }: DecodeOptions = {}
): Promise<DecodedImage> {
	const header = readImageHeader(bytes);
	const { format } = header;
	checkImageHeader(header, bytes.length, maxPixels);
	const notices = header.isAnimated
		? [`This ${format.toUpperCase()} is animated: its first frame is used.`]
		: [];
	if (format === 'png') return { image: decodePng(bytes), format, notices };
	const mediaType = mediaTypes[format] ?? '';
	if (decodeNative === undefined) {
		throw new ImageError(
			`Only PNG can be read here, and this is a ${format.toUpperCase()}: convert it to PNG.`
		);
	}
	const pixels = await decodeNative(bytes, mediaType);
	if (hasTransparency(pixels)) {
		notices.push(
			'The picture has transparent parts: their colour is what the browser makes of it.'
		);
	}
	return { image: toRgb(pixels), format, notices };
}

function hasTransparency({ width, height, data }: PixelImage): boolean {
	if (data.length !== width * height * 4) return false;
	for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return true;
	return false;
}
