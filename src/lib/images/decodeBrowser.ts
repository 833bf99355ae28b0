import { decodeImage, type DecodedImage, type NativeDecoder } from './decode.js';
import { ImageError } from './rgb.js';

/**
 * A picture file in a browser's page or worker. PNG as in `decodeImage`; the rest through the
 * browser's decoders, without colour management, upright. A canvas keeps colours multiplied by alpha,
 * so that of a transparent picture (no JPEG is) the hidden colours are lost: a notice says so.
 *
 * @throws ImageError with a sentence for the person who added the file
 */
export async function decodeImageInBrowser(
	file: Blob,
	options: { readonly maxPixels?: number } = {}
): Promise<DecodedImage> {
	const bytes = new Uint8Array(await file.arrayBuffer());
	return decodeImage(bytes, { ...options, decodeNative });
}

const decodeNative: NativeDecoder = async (bytes, mediaType) => {
	const blob = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: mediaType });
	let bitmap: ImageBitmap;
	try {
		bitmap = await createImageBitmap(blob, {
			colorSpaceConversion: 'none',
			premultiplyAlpha: 'none',
			imageOrientation: 'from-image'
		});
	} catch (error) {
		throw new ImageError(
			`The browser cannot decode this ${mediaType} file: it is damaged, cut short, or of a kind it does not know.`,
			{ cause: error }
		);
	}
	try {
		const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
		const context = canvas.getContext('2d', { willReadFrequently: true });
		if (context === null)
			throw new ImageError('The browser gives no canvas to read the picture from.');
		context.drawImage(bitmap, 0, 0);
		return context.getImageData(0, 0, bitmap.width, bitmap.height);
	} finally {
		bitmap.close();
	}
};
