import { checkWholeElements, toAligned } from './bytes.js';

let maybeTable: Uint32Array | undefined;

/**
 * Widens little-endian float16 to float32. Exact, subnormals, infinities and the payload of NaN
 * included. Always a new buffer.
 *
 * @throws RangeError if the length is odd
 */
export function float16ToFloat32(bytes: Uint8Array): Float32Array {
	checkWholeElements(bytes, 2);
	const { buffer, byteOffset, byteLength } = toAligned(bytes, 2);
	const halves = new Uint16Array(buffer, byteOffset, byteLength / 2);
	const table = (maybeTable ??= createTable());
	const words = new Uint32Array(halves.length);
	for (let i = 0; i < halves.length; i++) words[i] = table[halves[i]];
	return new Float32Array(words.buffer);
}

/** The float32 bit pattern of every float16 bit pattern (256 KiB). */
function createTable(): Uint32Array {
	const table = new Uint32Array(0x10000);
	for (let half = 0; half < table.length; half++) table[half] = widen(half);
	return table;
}

function widen(half: number): number {
	const sign = (half & 0x8000) << 16;
	const exponent = (half >>> 10) & 0x1f;
	const fraction = half & 0x3ff;
	if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
	if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
	if (fraction === 0) return sign;
	// A subnormal: move its leading one to the hidden bit, one power of two a step.
	const shift = Math.clz32(fraction) - 21;
	return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}
