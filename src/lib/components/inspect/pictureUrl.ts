/** Pixels as a PNG `data:` URL, for a map that goes into an SVG. */
export function toPictureUrl(
	pixels: Uint32Array<ArrayBuffer>,
	width: number,
	height: number
): string {
	const canvas = document.createElement('canvas');
	canvas.width = width;
	canvas.height = height;
	const context = canvas.getContext('2d');
	if (!context) throw new Error('this browser gives no 2d canvas');
	const data = new Uint8ClampedArray(pixels.buffer);
	context.putImageData(new ImageData(data, width, height), 0, 0);
	return canvas.toDataURL('image/png');
}
