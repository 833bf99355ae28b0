import type { TraceImage } from './trace.js';

export interface TraceImagesInput {
	/** In the order of the prompt, with the crops that were made of each. */
	readonly pictures: readonly {
		readonly width: number;
		readonly height: number;
		readonly crops: readonly TraceImage['box'][];
	}[];
	/** 1 for an image soft token, else 0; one a position. */
	readonly tokenTypeIds: readonly number[];
	readonly mmTokensPerImage: number;
}

/**
 * Describes the squares that the vision tower saw, each picture followed by its crops, and the soft
 * tokens that each became.
 *
 * @throws RangeError if the soft tokens are not `mmTokensPerImage` for each square
 */
export function toTraceImages(input: TraceImagesInput): TraceImage[] {
	const { pictures, tokenTypeIds, mmTokensPerImage } = input;
	const positions = tokenTypeIds.flatMap((type, position) => (type === 1 ? [position] : []));
	const squares = pictures.flatMap(({ width, height, crops }, picture) => [
		{ picture, crop: null, box: { x: 0, y: 0, width, height } },
		...crops.map((box, crop) => ({ picture, crop, box }))
	]);
	if (positions.length !== squares.length * mmTokensPerImage) {
		throw new RangeError(
			`${squares.length} squares need ${squares.length * mmTokensPerImage} soft tokens, got ${positions.length}`
		);
	}
	const gridSize = Math.sqrt(mmTokensPerImage);
	return squares.map((square, index) => {
		const start = positions[index * mmTokensPerImage];
		return { ...square, gridSize, tokens: { start, end: start + mmTokensPerImage } };
	});
}
