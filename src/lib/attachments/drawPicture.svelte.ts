import type { Attachment } from 'svelte/attachments';
import { devicePixelRatio } from 'svelte/reactivity/window';
import type { Box } from '../views/softTokenGrid.js';
import { loadBitmap } from './pictureBitmap.js';

export interface DrawnPicture {
	readonly blob: Blob;
	/** Upright, source pixels. */
	readonly width: number;
	readonly height: number;
	/** The part that is drawn, source pixels. */
	readonly region: Box;
	/** Size on the screen, CSS pixels. */
	readonly drawnWidth: number;
	readonly drawnHeight: number;
}

/** Draws a part of a picture file on a canvas, anew whenever it changes. */
export const drawPicture =
	(getPicture: () => DrawnPicture | null): Attachment<HTMLCanvasElement> =>
	(canvas) => {
		const context = canvas.getContext('2d');
		if (!context) throw new Error('this browser gives no 2d canvas');
		$effect(() => {
			const picture = getPicture();
			const ratio = devicePixelRatio.current ?? 1;
			if (!picture) return;
			let isCurrent = true;
			// For whoever copies the canvas: it has something to copy, or never will.
			canvas.dataset.drawn = 'no';
			loadBitmap(picture.blob, picture).then(
				(bitmap) => {
					if (!isCurrent) return;
					const { region, drawnWidth, drawnHeight } = picture;
					canvas.width = Math.max(1, Math.round(drawnWidth * ratio));
					canvas.height = Math.max(1, Math.round(drawnHeight * ratio));
					const scaleX = bitmap.width / picture.width;
					const scaleY = bitmap.height / picture.height;
					context.imageSmoothingQuality = 'high';
					context.drawImage(
						bitmap,
						region.x * scaleX,
						region.y * scaleY,
						region.width * scaleX,
						region.height * scaleY,
						0,
						0,
						canvas.width,
						canvas.height
					);
					canvas.dataset.drawn = 'yes';
				},
				// The worker has read the file; a page that cannot leaves the field empty.
				() => (canvas.dataset.drawn = 'never')
			);
			return () => (isCurrent = false);
		});
	};
