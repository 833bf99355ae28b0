import type { Attachment } from 'svelte/attachments';
import type { Raster } from '../views/rasterize.js';

/** Puts a raster on a canvas, anew whenever it changes. */
export const paint =
	(getRaster: () => Raster): Attachment<HTMLCanvasElement> =>
	(canvas) => {
		const context = canvas.getContext('2d');
		if (!context) throw new Error('this browser gives no 2d canvas');
		$effect(() => {
			const { width, height, data } = getRaster();
			canvas.width = width;
			canvas.height = height;
			context.putImageData(new ImageData(data, width, height), 0, 0);
		});
	};
