import { expect, test } from 'vitest';
import { bfloat16ToFloat32, toBfloat16 } from '../../../src/lib/tensor/bfloat16.js';
import { createUniform } from '../../../src/lib/tensor/random.js';

const allPatterns = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);
const toBytes = (patterns: Uint16Array) => new Uint8Array(patterns.buffer);

/** By the definition of the format, in doubles, which hold every bfloat16 exactly. */
function valueOf(bits: number): number {
	const sign = bits & 0x8000 ? -1 : 1;
	const exponent = (bits >> 7) & 0xff;
	const fraction = bits & 0x7f;
	if (exponent === 0xff) return fraction ? NaN : sign * Infinity;
	return exponent === 0
		? sign * (fraction / 128) * 2 ** -126
		: sign * (1 + fraction / 128) * 2 ** (exponent - 127);
}

test('all 65,536 bfloat16 patterns widen to their value', () => {
	const values = bfloat16ToFloat32(toBytes(allPatterns));
	const wrong = Array.from(allPatterns).filter((bits) => !Object.is(values[bits], valueOf(bits)));
	expect(wrong).toEqual([]);
});

test('the bits of NaN survive widening', () => {
	const words = new Uint32Array(bfloat16ToFloat32(toBytes(allPatterns)).buffer);
	expect(words[0x7f81]).toBe(0x7f810000);
	expect(words[0xffc3]).toBe(0xffc30000);
});

test('bytes that start at an odd offset widen alike', () => {
	const shifted = new Uint8Array(7);
	shifted.set(toBytes(Uint16Array.of(0x3f80, 0xc000, 0x0001)), 1);
	expect([...bfloat16ToFloat32(shifted.subarray(1))]).toEqual([1, -2, 2 ** -133]);
});

test('half a value is refused', () => {
	expect(() => bfloat16ToFloat32(new Uint8Array(3))).toThrow(RangeError);
});

test('every bfloat16 narrows back to itself, NaN to a quiet NaN', () => {
	const narrowed = toBfloat16(bfloat16ToFloat32(toBytes(allPatterns)));
	const wrong = Array.from(allPatterns).filter((bits) => {
		const expected = Number.isNaN(valueOf(bits)) ? bits | 0x40 : bits;
		return narrowed[bits] !== expected;
	});
	expect(wrong).toEqual([]);
});

test('narrowing rounds to nearest, ties to even', () => {
	const ulp = 2 ** -7;
	const cases = [
		[1 + ulp / 2, 1],
		[1 + (3 * ulp) / 2, 1 + 2 * ulp],
		[1 + ulp / 2 + 2 ** -23, 1 + ulp],
		[-1 - ulp / 2, -1],
		[3.4028234663852886e38, Infinity],
		[2 ** -134, 0],
		[3 * 2 ** -134, 2 ** -132]
	];
	const narrowed = toBfloat16(Float32Array.from(cases, ([value]) => value));
	expect([...bfloat16ToFloat32(toBytes(narrowed))]).toEqual(cases.map(([, rounded]) => rounded));
});

test('no bfloat16 is nearer than the one that random values narrow to', () => {
	const uniform = createUniform(1);
	const values = Float32Array.from(
		{ length: 20_000 },
		() => (uniform() - 0.5) * 2 ** (uniform() * 60 - 30)
	);
	const narrowed = toBfloat16(values);
	const tooFar = Array.from(values).filter((value, i) => {
		const distance = (bits: number) => Math.abs(valueOf(bits) - value);
		const bits = narrowed[i];
		return distance(bits) > Math.min(distance(bits - 1), distance(bits + 1));
	});
	expect(tooFar).toEqual([]);
});
