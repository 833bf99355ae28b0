import { expect, test } from 'vitest';
import { isFloatDtype, toFloat32 } from '../../../src/lib/tensor/toFloat32.js';

const values = Float32Array.of(1.5, -0, Infinity, 1e-45);

test('float32 is copied, from an aligned place and from another', () => {
	const bytes = new Uint8Array(values.buffer);
	const shifted = new Uint8Array(17);
	shifted.set(bytes, 1);
	for (const source of [bytes, shifted.subarray(1)]) {
		const result = toFloat32(source, 'F32');
		expect(result).toEqual(values);
		expect(result.buffer).not.toBe(source.buffer);
		expect(result.buffer.byteLength).toBe(16);
	}
});

test('each dtype is read as itself', () => {
	expect([...toFloat32(Uint8Array.of(0x80, 0x3f), 'BF16')]).toEqual([1]);
	expect([...toFloat32(Uint8Array.of(0x00, 0x3c), 'F16')]).toEqual([1]);
	expect([...toFloat32(Uint8Array.of(0x00, 0x00, 0x80, 0x3f), 'F32')]).toEqual([1]);
});

test('no values are no values', () => {
	expect(toFloat32(new Uint8Array(0), 'BF16')).toHaveLength(0);
});

test('a part of a value is refused', () => {
	expect(() => toFloat32(new Uint8Array(6), 'F32')).toThrow(/6 bytes/);
});

test('only the three float encodings are floats', () => {
	expect(['BF16', 'F16', 'F32', 'F64', 'I64'].map(isFloatDtype)).toEqual([
		true,
		true,
		true,
		false,
		false
	]);
});
