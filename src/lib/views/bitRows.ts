/** A square matrix of bits, row by row, 32 to a word: sets of positions that are quick to unite. */
export interface BitRows {
	readonly length: number;
	/** Words a row. */
	readonly words: number;
	/** `[length, words]` */
	readonly bits: Uint32Array;
}

/**
 * @param open `[planes, length, length]`, 0 or 1; a cell is set if it is in any plane
 */
export function toBitRows(open: Uint8Array, length: number): BitRows {
	const words = Math.ceil(length / 32);
	const bits = new Uint32Array(length * words);
	for (let at = 0; at < open.length; at += length) {
		const row = (at / length) % length;
		for (let key = 0; key < length; key++) {
			if (open[at + key] !== 0) bits[row * words + (key >>> 5)] |= 1 << (key & 31);
		}
	}
	return { length, words, bits };
}

export function toFlags(set: Uint32Array, length: number): Uint8Array {
	return Uint8Array.from({ length }, (_, i) => (set[i >>> 5] >>> (i & 31)) & 1);
}

export function toSet(positions: Iterable<number>, length: number): Uint32Array {
	const set = new Uint32Array(Math.ceil(length / 32));
	for (const position of positions) set[position >>> 5] |= 1 << (position & 31);
	return set;
}

/**
 * The set and every row that it names, united.
 *
 * @param done positions whose rows are known to lie in the set already
 */
export function uniteRows(rows: BitRows, set: Uint32Array, done?: Uint32Array): Uint32Array {
	const union = set.slice();
	for (let position = 0; position < rows.length; position++) {
		const word = position >>> 5;
		const open = done ? set[word] & ~done[word] : set[word];
		if (((open >>> (position & 31)) & 1) === 0) continue;
		const at = position * rows.words;
		for (let word = 0; word < rows.words; word++) union[word] |= rows.bits[at + word];
	}
	return union;
}

/** The set and every position whose row meets it. */
export function rowsMeeting(rows: BitRows, set: Uint32Array): Uint32Array {
	const meeting = set.slice();
	for (let position = 0; position < rows.length; position++) {
		const at = position * rows.words;
		for (let word = 0; word < rows.words; word++) {
			if ((rows.bits[at + word] & set[word]) === 0) continue;
			meeting[position >>> 5] |= 1 << (position & 31);
			break;
		}
	}
	return meeting;
}
