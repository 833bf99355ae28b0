/** A maximal run of image soft tokens: the tokens of one picture or crop, which see each other. */
export interface ImageBlock {
	readonly start: number;
	/** The position behind the last token. */
	readonly end: number;
}

export interface ImageBlocks {
	/** In order of position. */
	readonly blocks: readonly ImageBlock[];
	/** By position: index into `blocks`, or -1 for a token outside images. */
	readonly blockOf: Int32Array;
}

/**
 * The image blocks of one prompt. Two images without a token between them are one block, as in the
 * reference. Ports get_block_sequence_ids_for_mask (transformers, modeling_gemma3.py).
 *
 * @param tokenTypeIds 1 for an image soft token, one a position
 * @param end positions from here on belong to no block
 */
export function findImageBlocks(
	tokenTypeIds: readonly number[],
	end = tokenTypeIds.length
): ImageBlocks {
	const blocks: ImageBlock[] = [];
	const blockOf = new Int32Array(tokenTypeIds.length).fill(-1);
	let position = 0;
	while (position < end) {
		const start = position;
		while (position < end && tokenTypeIds[position] === 1) position++;
		if (position === start) {
			position++;
			continue;
		}
		blockOf.fill(blocks.length, start, position);
		blocks.push({ start, end: position });
	}
	return { blocks, blockOf };
}
