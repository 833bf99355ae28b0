import { expect, test } from 'vitest';
import { float16ToFloat32 } from '../../../src/lib/tensor/float16.js';

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
