import type { RgbImage } from './rgb.js';

/** How a picture must be turned to stand upright, as EXIF numbers it: 1 is upright already. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Where each pixel of the upright picture lies, by EXIF's number. */
const sources: Readonly<
	Record<Orientation, (x: number, y: number, right: number, bottom: number) => [number, number]>
> = {
	1: (x, y) => [x, y],
	2: (x, y, right) => [right - x, y],
	3: (x, y, right, bottom) => [right - x, bottom - y],
	4: (x, y, _, bottom) => [x, bottom - y],
	5: (x, y) => [y, x],
	6: (x, y, _, bottom) => [y, bottom - x],
	7: (x, y, right, bottom) => [right - y, bottom - x],
	8: (x, y, right) => [right - y, x]
};

/** The picture upright: a copy, or the same object where nothing is to turn. */
export function applyOrientation(image: RgbImage, orientation: Orientation): RgbImage {
	if (orientation === 1) return image;
	const isTurned = orientation >= 5;
	const width = isTurned ? image.height : image.width;
	const height = isTurned ? image.width : image.height;
	const data = new Uint8Array(image.data.length);
	const source = sources[orientation];
	// Every mapping is linear in x and y: its steps tell the rest.
	const indexOf = (x: number, y: number) => {
		const [column, row] = source(x, y, image.width - 1, image.height - 1);
		return (row * image.width + column) * 3;
	};
	const first = indexOf(0, 0);
	const stepX = indexOf(1, 0) - first;
	const stepY = indexOf(0, 1) - first;
	for (let y = 0, to = 0; y < height; y++) {
		let from = first + y * stepY;
		for (let x = 0; x < width; x++, from += stepX, to += 3) {
			data[to] = image.data[from];
			data[to + 1] = image.data[from + 1];
			data[to + 2] = image.data[from + 2];
		}
	}
	return { width, height, data };
}

/** The orientation in EXIF data (a TIFF header and its first directory); 1 where it says none. */
export function readOrientation(exif: Uint8Array): Orientation {
	const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength);
	if (view.byteLength < 8) return 1;
	const isLittle = view.getUint16(0) === 0x4949;
	const directory = view.getUint32(4, isLittle);
	if (directory + 2 > view.byteLength) return 1;
	const entries = view.getUint16(directory, isLittle);
	for (let entry = 0; entry < entries; entry++) {
		const at = directory + 2 + entry * 12;
		if (at + 12 > view.byteLength) return 1;
		if (view.getUint16(at, isLittle) !== 0x0112) continue;
		const value = view.getUint16(at + 8, isLittle);
		return value >= 1 && value <= 8 ? (value as Orientation) : 1;
	}
	return 1;
}
