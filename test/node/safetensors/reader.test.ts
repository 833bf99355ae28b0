import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { decodeSafetensors } from '../../../src/lib/safetensors/reader.js';
import { encodeSafetensors } from '../../../src/lib/safetensors/writer.js';

test('reads the reference values of a model', async () => {
	const file = await readFile('test/fixtures/goldens/text/golden.safetensors');
	const tensors = decodeSafetensors(file, 'golden.safetensors');
	const ids = tensors.get('input_ids')!;
	expect([ids.dtype, ids.dims, ids.data.length]).toEqual(['int64', [1, 24], 24]);
	const attention = tensors.get('attentions.0')!;
	expect([attention.dtype, attention.dims]).toEqual(['float32', [1, 4, 24, 24]]);
	let largestError = 0;
	for (let row = 0; row < 4 * 24; row++) {
		const weights = attention.data.subarray(row * 24, (row + 1) * 24) as Float32Array;
		const sum = weights.reduce((total, weight) => total + weight, 0);
		largestError = Math.max(largestError, Math.abs(sum - 1));
	}
	console.log(`largest error of a row's sum of reference attention: ${largestError}`);
	expect(largestError).toBeLessThan(1e-6);
});

test('reads pixels as bytes', async () => {
	const file = await readFile('test/fixtures/goldens/images-56/pixels.safetensors');
	const pixels = decodeSafetensors(file).get('1.fast.pas')!;
	expect([pixels.dtype, pixels.dims]).toEqual(['uint8', [4, 3, 56, 56]]);
});

test('every element type keeps its values', () => {
	const file = encodeSafetensors({
		half: { dtype: 'F16', shape: [1], data: Uint16Array.of(0x3c00) },
		brain: { dtype: 'BF16', shape: [1], data: Uint16Array.of(0xbf80) },
		long: { dtype: 'I64', shape: [1], data: BigInt64Array.of(-(2n ** 63n)) },
		int: { dtype: 'I32', shape: [2], data: Int32Array.of(-1, 7) },
		flag: { dtype: 'BOOL', shape: [2], data: Uint8Array.of(1, 0) }
	});
	// Behind one byte, so that nothing is aligned.
	const shifted = new Uint8Array(file.length + 1);
	shifted.set(file, 1);
	for (const bytes of [file, shifted.subarray(1)]) {
		const tensors = decodeSafetensors(bytes);
		expect([...tensors.get('half')!.data]).toEqual([1]);
		expect([...tensors.get('brain')!.data]).toEqual([-1]);
		expect([...tensors.get('long')!.data]).toEqual([-(2n ** 63n)]);
		expect([...tensors.get('int')!.data]).toEqual([-1, 7]);
		expect(tensors.get('flag')).toMatchObject({ dtype: 'bool', data: Uint8Array.of(1, 0) });
	}
});

test('a type that no tensor of ours has is refused by name', () => {
	const file = encodeSafetensors({ x: { dtype: 'F64', shape: [], data: new Float64Array(1) } });
	expect(() => decodeSafetensors(file, 'f')).toThrow('f: tensor "x": F64 cannot be decoded');
});

test('a file cut anywhere is refused', () => {
	const file = encodeSafetensors({ x: { dtype: 'F32', shape: [4], data: new Float32Array(4) } });
	for (let length = 0; length < file.length; length++) {
		expect(() => decodeSafetensors(file.subarray(0, length))).toThrow(
			expect.objectContaining({ name: 'SafetensorsError' })
		);
	}
});
