import type { ImageBlock } from './imageBlocks.js';

/** Queries of the longest pass that generation makes, unless an image block is longer. */
export const longestChunk = 256;

/**
 * The same for a prompt on the GPU: what a pass costs there hardly depends on its length, so a long
 * prompt is cut into longer ones. A ring has to hold as many keys more.
 */
export function chunkOnGpu(promptLength: number): number {
	return promptLength > longestChunk ? 2 * longestChunk : longestChunk;
}

/** The size that a pass of so many queries is padded to: powers of two, then multiples of a chunk. */
export function padQueries(queries: number): number {
	if (queries > longestChunk) return Math.ceil(queries / longestChunk) * longestChunk;
	return 2 ** Math.ceil(Math.log2(queries));
}

/**
 * Cuts positions into passes of at most `chunkSize`. An image block is never cut, because its tokens
 * see each other: a pass ends before it, or is as long as it takes.
 *
 * @param start no position within a block
 * @param blocks of all rows of a batch
 * @returns the end of each pass
 */
export function planChunks(
	start: number,
	end: number,
	chunkSize: number,
	blocks: readonly ImageBlock[]
): number[] {
	const ends: number[] = [];
	for (let from = start; from < end;) {
		let to = Math.min(from + chunkSize, end);
		const cut = () => blocks.find((block) => block.start < to && to < block.end);
		for (let block = cut(); block !== undefined && to > from; block = cut()) to = block.start;
		if (to <= from) {
			to = from + 1;
			for (let block = cut(); block !== undefined; block = cut()) to = block.end;
		}
		ends.push(to);
		from = to;
	}
	return ends;
}
