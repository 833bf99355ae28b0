/** How large a picture is drawn, CSS pixels. */
export interface PictureFit {
	readonly width: number;
	readonly height: number;
	/** True where a side would be too thin to see and is drawn thicker than it is. */
	readonly isWidened: boolean;
}

/** A side thinner than this shows nothing. */
const thinnest = 28;

/**
 * Fits a picture into a width and a height, keeping its shape unless a side would vanish. Small
 * pictures grow.
 */
export function fitPicture(
	picture: { readonly width: number; readonly height: number },
	maxWidth: number,
	maxHeight: number
): PictureFit {
	const scale = Math.min(maxWidth / picture.width, maxHeight / picture.height);
	const width = picture.width * scale;
	const height = picture.height * scale;
	const isWidened = width < thinnest || height < thinnest;
	return {
		width: Math.round(Math.max(width, Math.min(thinnest, maxWidth))),
		height: Math.round(Math.max(height, Math.min(thinnest, maxHeight))),
		isWidened
	};
}
