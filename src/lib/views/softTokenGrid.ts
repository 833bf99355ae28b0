import type { TraceImage } from '../trace/trace.js';

/** A rectangle; pixels of the source picture unless said otherwise. */
export interface Box {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

/** A soft token by its place: which square, and which cell of the square's grid. */
export interface SoftTokenPlace {
	/** Index into the trace's `images`. */
	readonly image: number;
	/** Row-major in the square's grid. */
	readonly index: number;
}

/** Where in the source picture a soft token's cell lies. */
export function softTokenBox({ box, gridSize }: TraceImage, index: number): Box {
	const width = box.width / gridSize;
	const height = box.height / gridSize;
	const column = index % gridSize;
	const row = Math.floor(index / gridSize);
	return { x: box.x + column * width, y: box.y + row * height, width, height };
}

/** The square and cell of the soft token at a position; null for any other token. */
export function placeOfSoftToken(
	images: readonly TraceImage[],
	position: number
): SoftTokenPlace | null {
	const image = images.findIndex(({ tokens }) => position >= tokens.start && position < tokens.end);
	return image < 0 ? null : { image, index: position - images[image].tokens.start };
}

/** Index of the soft token under a point of the source picture; null outside the square. */
export function softTokenAt({ box, gridSize }: TraceImage, x: number, y: number): number | null {
	const column = Math.floor(((x - box.x) / box.width) * gridSize);
	const row = Math.floor(((y - box.y) / box.height) * gridSize);
	const inside = column >= 0 && column < gridSize && row >= 0 && row < gridSize;
	return inside ? row * gridSize + column : null;
}

/** The position of the soft token one arrow key away in its square; null if the key moves nothing. */
export function moveSoftToken(image: TraceImage, index: number, key: string): number | null {
	const { gridSize } = image;
	const column = index % gridSize;
	const row = Math.floor(index / gridSize);
	const clamp = (value: number) => Math.min(gridSize - 1, Math.max(0, value));
	switch (key) {
		case 'ArrowLeft':
			return row * gridSize + clamp(column - 1);
		case 'ArrowRight':
			return row * gridSize + clamp(column + 1);
		case 'ArrowUp':
			return clamp(row - 1) * gridSize + column;
		case 'ArrowDown':
			return clamp(row + 1) * gridSize + column;
		case 'Home':
			return row * gridSize;
		case 'End':
			return row * gridSize + gridSize - 1;
		default:
			return null;
	}
}
