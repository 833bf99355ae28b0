import { expect, test } from 'vitest';
import { float16ToFloat32, toFloat16 } from '../../../src/lib/tensor/float16.js';

/** By the definition of the format. */
function valueOf(bits: number): number {
	const sign = bits & 0x8000 ? -1 : 1;
	const exponent = (bits >> 10) & 0x1f;
	const fraction = bits & 0x3ff;
	if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
	return exponent === 0
		? sign * (fraction / 1024) * 2 ** -14
		: sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

test('all 65,536 float16 patterns widen to their value', () => {
	const patterns = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);
	const values = float16ToFloat32(new Uint8Array(patterns.buffer));
	const wrong = Array.from(patterns).filter((bits) => !Object.is(values[bits], valueOf(bits)));
	expect(wrong).toEqual([]);
});

test('the payload of NaN survives', () => {
	const values = float16ToFloat32(Uint8Array.of(0x01, 0xfe));
	expect(new Uint32Array(values.buffer)[0]).toBe(0xffc02000);
});

test('bytes that start at an odd offset widen alike', () => {
	const bytes = Uint8Array.of(9, 0x00, 0x3c, 0x01, 0x00).subarray(1);
	expect([...float16ToFloat32(bytes)]).toEqual([1, 2 ** -24]);
});

test('rounding to half and back gives every float16 back, and the nearest one elsewhere', () => {
	const halves = Uint16Array.from({ length: 0x10000 }, (_, half) => half).filter(
		(half) => (half & 0x7c00) !== 0x7c00
	);
	const values = float16ToFloat32(new Uint8Array(halves.buffer));
	expect(toFloat16(values)).toEqual(halves);
	// Between two neighbours: the nearer one, and of two equally near the even one.
	for (let half = 0; half < 0x7bff; half++) {
		const [low, high] = [values[half], values[half + 1]];
		const middle = (low + high) / 2;
		const between = Float32Array.of(low + (high - low) / 4, middle, high - (high - low) / 4);
		const even = half % 2 === 0 ? half : half + 1;
		expect([...toFloat16(between)]).toEqual([half, even, half + 1]);
	}
});
