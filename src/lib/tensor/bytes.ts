/**
 * The bytes themselves if they start on a multiple of `alignment` in their buffer, else a copy
 * that does: typed arrays of wider elements may not start elsewhere.
 */
export function toAligned(bytes: Uint8Array, alignment: number): Uint8Array {
	return bytes.byteOffset % alignment === 0 ? bytes : bytes.slice();
}

/** @throws RangeError if the length is no multiple of `size` */
export function checkWholeElements(bytes: Uint8Array, size: number): void {
	if (bytes.byteLength % size !== 0) {
		throw new RangeError(`${bytes.byteLength} bytes are no whole number of ${size}-byte values`);
	}
}
