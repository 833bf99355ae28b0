import { checkWholeElements, toAligned } from './bytes.js';

/**
 * Rounds float32 to float16, to nearest, ties to even.
 *
 * @returns the bit patterns, one a value
 * @throws RangeError if a value is beyond 65504, the largest float16, or no number
 */
export function toFloat16(values: Float32Array): Uint16Array {
	const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
	const halves = new Uint16Array(values.length);
	for (let i = 0; i < words.length; i++) {
		const sign = (words[i] >>> 16) & 0x8000;
		const magnitude = words[i] & 0x7fffffff;
		// 65520 is the first number that rounds to infinity.
		if (magnitude >= 0x477ff000) {
			throw new RangeError(`a weight is ${values[i]}, beyond float16; use another dtype`);
		}
		if (magnitude >= 0x38800000) {
			const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
			halves[i] = sign | ((rounded - 0x38000000) >>> 13);
		} else halves[i] = sign | subnormal(magnitude);
	}
	return halves;
}

/** Below 2^-14 a float16 counts multiples of 2^-24. */
function subnormal(magnitude: number): number {
	const exponent = magnitude >>> 23;
	if (exponent < 102) return 0;
	const fraction = (magnitude & 0x7fffff) | 0x800000;
	const shift = 126 - exponent;
	const whole = fraction >>> shift;
	const rest = fraction - whole * 2 ** shift;
	const half = 2 ** (shift - 1);
	return whole + Number(rest > half || (rest === half && (whole & 1) === 1));
}

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
