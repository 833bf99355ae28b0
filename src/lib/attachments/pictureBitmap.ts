/** Longer side above which a picture is held smaller than it is, pixels; a screen shows no more. */
const longest = 2048;

const bitmaps = new WeakMap<Blob, Promise<ImageBitmap>>();

/**
 * A picture file decoded for the screen, upright, once for all who draw it. Of an animation the
 * first frame.
 */
export function loadBitmap(
	blob: Blob,
	{ width, height }: { readonly width: number; readonly height: number }
): Promise<ImageBitmap> {
	const known = bitmaps.get(blob);
	if (known) return known;
	const scale = longest / Math.max(width, height);
	const size =
		scale < 1
			? {
					resizeWidth: Math.max(1, Math.round(width * scale)),
					resizeHeight: Math.max(1, Math.round(height * scale)),
					resizeQuality: 'high' as const
				}
			: {};
	const bitmap = createImageBitmap(blob, { imageOrientation: 'from-image', ...size });
	bitmaps.set(blob, bitmap);
	// A failed attempt is not kept.
	bitmap.catch(() => bitmaps.delete(blob));
	return bitmap;
}

/**
 * Size of a picture file, upright, in its own pixels.
 *
 * @throws DOMException if this browser cannot decode it
 */
export async function measurePicture(blob: Blob): Promise<{ width: number; height: number }> {
	const bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image' });
	const { width, height } = bitmap;
	bitmap.close();
	return { width, height };
}
