/** Where the keys of one layer kind lie while a pass runs, its own already stored. */
export interface CacheLayout {
	/** Places for keys: the last axis of masks and attention maps. */
	readonly capacity: number;
	/** By place: the position of the token whose key lies there, or -1. */
	readonly positions: Int32Array;
	/** By query of the pass, padding included: the place of its own key. */
	readonly rows: Int32Array;
}

/** Keys in the order of their positions, for a pass without a cache. */
export function plainLayout(queries: number, paddedQueries: number): CacheLayout {
	const rows = Int32Array.from({ length: paddedQueries }, (_, query) => query);
	const positions = rows.map((query) => (query < queries ? query : -1));
	return { capacity: paddedQueries, positions, rows };
}

/**
 * Keys in a ring: position p lies at p mod capacity, over whatever was there. A ring that never
 * wrapped is an ordinary list.
 *
 * @param length positions from here on do not count, even if their keys are still there
 * @param written one more than the highest position ever written
 */
export function ringPositions(capacity: number, length: number, written: number): Int32Array {
	return Int32Array.from({ length: capacity }, (_, place) => {
		const back = (((written - 1 - place) % capacity) + capacity) % capacity;
		const position = written - 1 - back;
		return position >= 0 && position < length ? position : -1;
	});
}

/**
 * Places that a ring needs so that every query of a pass still sees its window: the window of the
 * first query begins `window - 1` before it. Rounded up, because kernels read four at a time.
 */
export function ringCapacity(window: number, longestPass: number): number {
	return Math.ceil((window + longestPass - 1) / 4) * 4;
}
