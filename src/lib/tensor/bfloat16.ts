import { checkWholeElements, toAligned } from './bytes.js';

/**
 * Widens little-endian bfloat16 to float32. Exact: a bfloat16 is the upper half of a float32, so
 * subnormals, infinities and the bits of NaN survive. Always a new buffer.
 *
 * @throws RangeError if the length is odd
 */
export function bfloat16ToFloat32(bytes: Uint8Array): Float32Array {
	checkWholeElements(bytes, 2);
	const { buffer, byteOffset, byteLength } = toAligned(bytes, 2);
	const halves = new Uint16Array(buffer, byteOffset, byteLength / 2);
	const words = new Uint32Array(halves.length);
	for (let i = 0; i < halves.length; i++) words[i] = halves[i] << 16;
	return new Float32Array(words.buffer);
}

/**
 * Rounds float32 to bfloat16, to nearest, ties to even; beyond the largest finite value it gives
 * infinity. NaN stays NaN (made quiet).
 *
 * @returns the bit patterns, one a value
 */
export function toBfloat16(values: Float32Array): Uint16Array {
	const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
	const halves = new Uint16Array(values.length);
	for (let i = 0; i < words.length; i++) {
		const word = words[i];
		const isNaN = (word & 0x7fffffff) > 0x7f800000;
		// Adding just under half of the last kept bit rounds; the bit itself, added, breaks ties to even.
		halves[i] = isNaN ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
	}
	return halves;
}
