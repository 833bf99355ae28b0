/** Queries of the longest pass that generation makes: a chunk of the prompt. */
export const longestChunk = 256;

/** The size that a pass of so many queries is padded to: powers of two, then multiples of a chunk. */
export function padQueries(queries: number): number {
	if (queries > longestChunk) return Math.ceil(queries / longestChunk) * longestChunk;
	return 2 ** Math.ceil(Math.log2(queries));
}
