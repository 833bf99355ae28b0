/**
 * The `rank`-th largest value, 1 for the largest, without sorting them all.
 *
 * @param values finite
 * @param rank from 1 to the number of values
 */
export function findRank(values: Float32Array, rank: number): number {
	const candidates = new Float32Array(Math.min(values.length, Math.max(2 * rank, 1024)));
	let count = 0;
	// Once `rank` candidates are at least this large, no other one up to it can matter.
	let least = -Infinity;
	for (let i = 0; i < values.length; i++) {
		if (values[i] <= least) continue;
		if (count === candidates.length) {
			candidates.sort().reverse();
			count = rank;
			least = candidates[rank - 1];
			if (values[i] <= least) continue;
		}
		candidates[count++] = values[i];
	}
	return candidates.subarray(0, count).sort()[count - rank];
}

/** Where a running sum over values in rising order first exceeds a limit. */
export interface MassBoundary {
	/** The sum exceeds the limit among the values of this key; see `toSortKey`. */
	readonly key: number;
	/** Sum over the smaller values. */
	readonly massBelow: number;
}

/** Bits of a key that one histogram looks at, the highest first. */
const digits = [
	{ shift: 21, size: 2048 },
	{ shift: 10, size: 2048 },
	{ shift: 0, size: 1024 }
];

/**
 * Walks the masses in rising order of their keys, by histograms instead of sorting. Sums are float64
 * and rounded to float32 before they are compared.
 *
 * @returns the first key whose sum is above `limit`; null if none is
 */
export function findMassBoundary(
	keys: Uint32Array,
	masses: Float32Array,
	limit: number
): MassBoundary | null {
	let key = 0;
	let massBelow = 0;
	let decided = 32;
	for (const { shift, size } of digits) {
		const histogram = new Float64Array(size);
		for (let i = 0; i < keys.length; i++) {
			// In two shifts, as a shift by 32 would do nothing.
			if (((keys[i] ^ key) >>> 1) >>> (decided - 1) === 0) {
				histogram[(keys[i] >>> shift) & (size - 1)] += masses[i];
			}
		}
		let digit = 0;
		while (digit < size && !(Math.fround(massBelow + histogram[digit]) > limit)) {
			massBelow += histogram[digit++];
		}
		if (digit === size) {
			// Sums in another order may differ in the last bit: then the boundary is the next key.
			return decided === 32 ? null : { key: key + 2 ** decided, massBelow };
		}
		key = (key | (digit << shift)) >>> 0;
		decided = shift;
	}
	return { key, massBelow };
}

const signBit = -0x80000000;

/** Integers in the order of the numbers, equal where the numbers are equal. No NaN. */
export function toSortKeys(values: Float32Array): Uint32Array {
	const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
	const keys = new Uint32Array(values.length);
	for (let i = 0; i < keys.length; i++) {
		const word = bits[i] === signBit ? 0 : bits[i]; // -0 is 0
		// Negative numbers grow with falling bits, so all are flipped; the others lie above them.
		keys[i] = word ^ ((word >> 31) | signBit);
	}
	return keys;
}
