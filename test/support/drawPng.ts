import { encode } from 'fast-png';

/** What to paint: a filled rectangle in pixels, red, green and blue. */
export interface PaintedBox {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
	readonly color: readonly [number, number, number];
}

/** A PNG file of rectangles on white. */
export function drawPng(width: number, height: number, boxes: readonly PaintedBox[] = []): Blob {
	const data = new Uint8Array(width * height * 3).fill(255);
	for (const { color, ...box } of boxes) {
		for (let y = box.y; y < box.y + box.height; y++) {
			for (let x = box.x; x < box.x + box.width; x++) data.set(color, (y * width + x) * 3);
		}
	}
	const bytes = encode({ width, height, data, channels: 3, depth: 8 });
	return new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'image/png' });
}
