import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { byteSize, safetensorsDtypes } from '../../../src/lib/safetensors/dtype.js';
import { parseHeader, parseHeaderLength } from '../../../src/lib/safetensors/header.js';
import { decodeSafetensors } from '../../../src/lib/safetensors/reader.js';
import { encodeSafetensors, type WritableTensor } from '../../../src/lib/safetensors/writer.js';
import { createUniform } from '../../../src/lib/tensor/random.js';

function parseFile(bytes: Uint8Array) {
	const length = parseHeaderLength(bytes, bytes.byteLength, 'file');
	return parseHeader(bytes.subarray(8, 8 + length), bytes.byteLength, 'file');
}

test('what is written is read back: 100 random files', () => {
	const uniform = createUniform(3);
	const pick = (count: number) => Math.floor(uniform() * count);
	for (let file = 0; file < 100; file++) {
		const tensors = new Map<string, WritableTensor>();
		for (let i = pick(8); i > 0; i--) {
			const dtype = safetensorsDtypes[pick(safetensorsDtypes.length)];
			const shape = Array.from({ length: pick(4) }, () => pick(5));
			const byteLength = shape.reduce((product, size) => product * size, byteSize(dtype));
			const data = Uint8Array.from({ length: byteLength }, () => pick(256));
			tensors.set(['__proto__', 'é"\\\n', '7', '', 'a.b'][pick(5)] + pick(3), {
				dtype,
				shape,
				data
			});
		}
		const bytes = encodeSafetensors(tensors, { format: 'pt' });
		const header = parseFile(bytes);
		expect(header.metadata.get('format')).toBe('pt');
		expect(new Set(header.tensors.keys())).toEqual(new Set(tensors.keys()));
		for (const [name, { dtype, shape, start, end }] of header.tensors) {
			const written = tensors.get(name)!;
			expect({ dtype, shape }).toEqual({ dtype: written.dtype, shape: written.shape });
			expect(bytes.subarray(start, end)).toEqual(written.data);
			expect(start % byteSize(dtype)).toBe(0);
		}
	}
});

test('the order of the bytes does not depend on the order of the names given', () => {
	const a = { dtype: 'F32', shape: [1], data: Float32Array.of(1) } as const;
	const b = { dtype: 'U8', shape: [1], data: Uint8Array.of(2) } as const;
	expect(encodeSafetensors({ a, b })).toEqual(encodeSafetensors({ b, a }));
});

test('a part of a larger buffer is written as that part', () => {
	const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
	const file = encodeSafetensors({ part: { dtype: 'F32', shape: [2], data } });
	expect([...decodeSafetensors(file).get('part')!.data]).toEqual([2, 3]);
});

test('data that does not fill its shape is refused', () => {
	const tensor = { dtype: 'F32', shape: [3], data: Float32Array.of(1) } as const;
	expect(() => encodeSafetensors({ short: tensor })).toThrow(
		'tensor short: F32 [3] needs 12 bytes, got 4'
	);
});

test("a reference file, read and written again, holds the reference's tensors", async () => {
	const original = await readFile('test/fixtures/goldens/text/model.safetensors');
	const { tensors, metadata } = parseFile(original);
	const copies = new Map(
		[...tensors].map(([name, { dtype, shape, start, end }]) => [
			name,
			{ dtype, shape, data: original.subarray(start, end) }
		])
	);
	const rewritten = encodeSafetensors(copies, Object.fromEntries(metadata));
	expect(Buffer.compare(rewritten, original)).toBe(0);
});
