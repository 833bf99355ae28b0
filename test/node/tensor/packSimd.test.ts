import { expect, test } from 'vitest';
import { toBfloat16 } from '../../../src/lib/tensor/bfloat16.js';
import { createPackedMatrix } from '../../../src/lib/tensor/packedMatrix.js';
import { packRowsBySimd } from '../../../src/lib/tensor/packSimd.js';
import { packBytes, packRows } from '../../../src/lib/tensor/quantize.js';
import { createNormal } from '../../../src/lib/tensor/random.js';
import { toFloat32 } from '../../../src/lib/tensor/toFloat32.js';

const dtypes = ['q8', 'q4', 'fp16'] as const;

/** Values of every size that a weight may have, with blocks of zeros and lone values among them. */
function createValues(count: number, seed: number): Float32Array {
	const normal = createNormal(seed);
	return Float32Array.from({ length: count }, (_, i) => {
		const block = Math.floor(i / 32);
		if (block % 11 === 3) return i % 2 === 0 ? 0 : -0;
		if (block % 11 === 5) return i % 32 === 7 ? normal() : 0;
		if (block % 11 === 7) return normal() * 2 ** -30;
		if (block % 11 === 9) return normal() * 2 ** -130;
		// Halves of a code: where rounding must agree.
		if (block % 11 === 10) return (i % 16) / 2 - 4;
		return normal() * 10 ** ((block % 7) - 4);
	});
}

const encode = (values: Float32Array, source: 'BF16' | 'F32') =>
	new Uint8Array(source === 'BF16' ? toBfloat16(values).buffer : values.buffer);

test('SIMD packs to the same bits as the plain code, from either source, in any width', () => {
	for (const source of ['BF16', 'F32'] as const) {
		for (const [rows, columns] of [
			[300, 640],
			[7, 4304],
			[3, 40],
			[1, 32],
			[70_000, 32]
		]) {
			const bytes = encode(createValues(rows * columns, rows), source);
			for (const dtype of dtypes) {
				const packed = createPackedMatrix(dtype, [rows + 1, columns]);
				const usesSimd = packRowsBySimd(bytes, source, packed, 1);
				// float16 has no blocks to pad.
				expect(usesSimd).toBe(dtype !== 'fp16' || columns % 32 === 0);
				if (!usesSimd) continue;
				const plain = createPackedMatrix(dtype, [rows + 1, columns]);
				packRows(toFloat32(bytes, source), plain, 1);
				const where = `${dtype} from ${source} [${rows}, ${columns}]`;
				expect(Buffer.compare(toBuffer(packed.data), toBuffer(plain.data)), where).toBe(0);
				if (!('scales' in packed) || !('scales' in plain)) continue;
				expect(Buffer.compare(toBuffer(packed.scales), toBuffer(plain.scales)), where).toBe(0);
			}
		}
	}
});

test('every float16, the numbers between two of them and those about to round to infinity', () => {
	const words = Uint32Array.from({ length: 0x400 * 32 * 4 }, (_, i) => {
		const sign = (i & 1) << 31;
		return sign | ((0x33000000 + i * 0x2401) % 0x477ff000);
	});
	const values = new Float32Array(words.buffer);
	const dims = [values.length / 32, 32] as const;
	const packed = createPackedMatrix('fp16', dims);
	expect(packRowsBySimd(new Uint8Array(words.buffer), 'F32', packed, 0)).toBe(true);
	const plain = createPackedMatrix('fp16', dims);
	packRows(values, plain, 0);
	expect(Buffer.compare(toBuffer(packed.data), toBuffer(plain.data))).toBe(0);
});

test('bytes at an odd place, and values that cannot be packed, are treated as by the plain code', () => {
	const values = createValues(64, 1);
	const shifted = new Uint8Array(values.byteLength + 1).subarray(1);
	shifted.set(encode(values, 'F32'));
	for (const dtype of dtypes) {
		const packed = createPackedMatrix(dtype, [2, 32]);
		packBytes(shifted, 'F32', packed, 0);
		const plain = createPackedMatrix(dtype, [2, 32]);
		packRows(values, plain, 0);
		expect(packed).toEqual(plain);
		for (const value of [NaN, Infinity, -Infinity]) {
			const wrong = encode(values.with(40, value), 'F32');
			expect(() => packBytes(wrong, 'F32', createPackedMatrix(dtype, [2, 32]), 0)).toThrow(
				'a weight is'
			);
		}
	}
	const large = encode(values.with(3, 65520), 'F32');
	expect(() => packBytes(large, 'F32', createPackedMatrix('fp16', [2, 32]), 0)).toThrow(
		'a weight is 65520, beyond float16'
	);
});

function toBuffer({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
	return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}
