import type { ImageBlock } from './imageBlocks.js';

/** Queries of the longest pass that generation makes on the CPU, unless an image block is longer. */
export const longestChunk = 256;

/**
 * The same for a prompt on the GPU, where a pass costs about as much however long it is: a long prompt
 * is cut into few. A ring holds as many keys more, and the scores of one layer grow with both, so
 * that the longest prompts are cut shorter again.
 */
export function chunkOnGpu(promptLength: number): number {
	if (promptLength <= longestChunk) return longestChunk;
	return promptLength <= 2 * longestChunk || promptLength > 4096 ? 512 : 1024;
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
