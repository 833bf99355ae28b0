import { expect, test } from 'vitest';
import { parseHeader, parseHeaderLength } from '../../../src/lib/safetensors/header.js';
import { SafetensorsError } from '../../../src/lib/safetensors/safetensorsError.js';

const encode = (text: string) => new TextEncoder().encode(text);

/** Parses a header with `dataByteLength` bytes behind it. */
function parse(header: unknown, dataByteLength = 0) {
	const json = encode(typeof header === 'string' ? header : JSON.stringify(header));
	return parseHeader(json, 8 + json.byteLength + dataByteLength, 'm.safetensors');
}

function messageOf(run: () => unknown): string {
	try {
		run();
	} catch (error) {
		expect(error).toBeInstanceOf(SafetensorsError);
		expect((error as Error).message.length).toBeLessThan(600);
		return (error as Error).message;
	}
	throw new Error('nothing was thrown');
}

const tensor = (dtype: unknown, shape: unknown, start: unknown, end: unknown) => ({
	dtype,
	shape,
	data_offsets: [start, end]
});

function prefix(length: bigint): Uint8Array {
	const bytes = new Uint8Array(8);
	new DataView(bytes.buffer).setBigUint64(0, length, true);
	return bytes;
}

test('reads the length of the header', () => {
	expect(parseHeaderLength(prefix(120n), 128, 'm')).toBe(120);
});

test('reads a length that starts at an odd offset of a longer buffer', () => {
	const bytes = new Uint8Array(20);
	bytes.set(prefix(7n), 3);
	expect(parseHeaderLength(bytes.subarray(3), 100, 'm')).toBe(7);
});

test('refuses a header longer than the file', () => {
	const message = messageOf(() => parseHeaderLength(prefix(121n), 128, 'm.safetensors'));
	expect(message).toContain('m.safetensors: byte 0 announces a header of 121 bytes; 120 bytes');
});

test('refuses a header above 100 MB, up to the largest length there is', () => {
	for (const length of [100_000_001n, 2n ** 53n + 1n, 2n ** 64n - 1n]) {
		const message = messageOf(() => parseHeaderLength(prefix(length), 2 ** 40, 'm'));
		expect(message).toContain(`a header of ${length} bytes`);
	}
	expect(parseHeaderLength(prefix(100_000_000n), 2 ** 40, 'm')).toBe(100_000_000);
});

test('refuses a file of less than eight bytes', () => {
	expect(messageOf(() => parseHeaderLength(new Uint8Array(3), 3, 'm'))).toContain('3 bytes');
	expect(messageOf(() => parseHeaderLength(new Uint8Array(0), 0, 'm'))).toContain('0 bytes');
});

test('recognises a web page and a Git LFS pointer by their text', () => {
	for (const text of ['<!doctyp', 'version ']) {
		const message = messageOf(() => parseHeaderLength(encode(text), 2 ** 40, 'm'));
		expect(message).toContain(`the text ${JSON.stringify(text)}`);
	}
});

test('reads tensors in the order of their bytes, and the metadata', () => {
	const { tensors, metadata } = parse(
		{
			__metadata__: { format: 'pt' },
			b: tensor('BF16', [2, 3], 8, 20),
			a: tensor('I64', [], 0, 8),
			empty: tensor('F32', [0, 4], 8, 8)
		},
		20
	);
	expect([...tensors.keys()]).toEqual(['a', 'empty', 'b']);
	expect([...metadata]).toEqual([['format', 'pt']]);
	const { start, end, shape, dtype } = tensors.get('b')!;
	expect(end - start).toBe(12);
	expect(start - tensors.get('a')!.start).toBe(8);
	expect([dtype, shape]).toEqual(['BF16', [2, 3]]);
});

test('offsets are those of the file', () => {
	const json = encode('{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}   ');
	const { tensors } = parseHeader(json, 8 + json.byteLength + 2, 'm');
	expect(tensors.get('a')!.start).toBe(8 + json.byteLength);
});

test('a header without tensors is a checkpoint without tensors', () => {
	expect(parse('{}').tensors.size).toBe(0);
});

test('refuses what is not UTF-8, not an object or not JSON', () => {
	expect(messageOf(() => parse(''))).toContain('does not begin with "{"');
	expect(messageOf(() => parse('[1]'))).toContain('does not begin with "{"');
	expect(messageOf(() => parse(' {}'))).toContain('does not begin with "{"');
	expect(messageOf(() => parse('\ufeff{}'))).toContain('does not begin with "{"');
	expect(messageOf(() => parse('{"a":'))).toContain('is not JSON');
	expect(messageOf(() => parse('{} x'))).toContain('is not JSON');
	expect(messageOf(() => parseHeader(Uint8Array.of(0x7b, 0xff, 0x7d), 11, 'm'))).toContain(
		'not UTF-8'
	);
});

test('refuses metadata that is no map of strings', () => {
	expect(messageOf(() => parse({ __metadata__: ['pt'] }))).toContain('__metadata__ is a list of 1');
	expect(messageOf(() => parse({ __metadata__: { format: 1 } }))).toContain('"format" is 1');
});

test('refuses an entry that is no object', () => {
	expect(messageOf(() => parse({ a: null }))).toContain('tensor "a" is null');
	expect(messageOf(() => parse({ a: [1, 2] }))).toContain('tensor "a" is a list of 2');
});

test('refuses an unknown dtype by name', () => {
	for (const dtype of ['F8_E4M3', 'bf16', '', 'toString', '__proto__']) {
		const message = messageOf(() => parse({ a: tensor(dtype, [1], 0, 1) }, 1));
		expect(message).toContain(`tensor "a": dtype is ${JSON.stringify(dtype)}, expected one of`);
	}
	expect(messageOf(() => parse({ a: tensor(7, [1], 0, 1) }, 1))).toContain('dtype is 7');
	expect(messageOf(() => parse({ a: { shape: [1], data_offsets: [0, 1] } }, 1))).toContain(
		'dtype is undefined'
	);
});

test('refuses a shape that is no list of non-negative integers', () => {
	for (const shape of [[-1], [1.5], ['2'], [null], {}, 'x', null, [2 ** 53]]) {
		const message = messageOf(() => parse({ a: tensor('U8', shape, 0, 1) }, 1));
		expect(message).toContain('tensor "a": shape is');
	}
});

test('refuses a shape whose product is no exact number', () => {
	const shape = [2 ** 31, 2 ** 31, 2 ** 31];
	expect(messageOf(() => parse({ a: tensor('U8', shape, 0, 1) }, 1))).toContain('beyond 2^53');
});

test('refuses offsets that are no ordered pair of integers', () => {
	for (const offsets of [[4, 0], [0], [0, 4, 8], [-4, 0], [0.5, 4.5], ['0', '4'], {}, null]) {
		const entry = { dtype: 'F32', shape: [1], data_offsets: offsets };
		expect(messageOf(() => parse({ a: entry }, 4))).toContain('tensor "a": data_offsets is');
	}
});

test('refuses a tensor that ends beyond the file, as a truncated file has', () => {
	const json = JSON.stringify({ a: tensor('F32', [2], 0, 8) });
	const message = messageOf(() => parse(json, 7));
	const dataStart = 8 + json.length;
	expect(message).toContain(`ends at byte ${dataStart + 8}`);
	expect(message).toContain(`the file ends at byte ${dataStart + 7}`);
});

test('refuses bytes that do not fit dtype and shape', () => {
	expect(messageOf(() => parse({ a: tensor('F32', [3], 0, 8) }, 8))).toContain(
		'has 8 bytes, F32 [3] needs 12'
	);
	expect(messageOf(() => parse({ a: tensor('BF16', [], 0, 0) }))).toContain('needs 2');
});

test('refuses tensors that overlap, wholly or by a byte', () => {
	const overlapping = { a: tensor('U8', [4], 0, 4), b: tensor('U8', [4], 3, 7) };
	expect(messageOf(() => parse(overlapping, 7))).toMatch(/tensor "b" starts .* inside tensor "a"/);
	const same = { a: tensor('U8', [4], 0, 4), b: tensor('U8', [4], 0, 4) };
	expect(messageOf(() => parse(same, 4))).toMatch(/tensor "b" starts .* inside tensor "a"/);
});

test('refuses holes before, between and after the tensors', () => {
	expect(messageOf(() => parse({ a: tensor('U8', [1], 1, 2) }, 2))).toContain('before tensor "a"');
	const apart = { a: tensor('U8', [1], 0, 1), b: tensor('U8', [1], 2, 3) };
	expect(messageOf(() => parse(apart, 3))).toContain('before tensor "b", belong to no tensor');
	expect(messageOf(() => parse({ a: tensor('U8', [1], 0, 1) }, 2))).toContain('after tensor "a"');
	expect(messageOf(() => parse('{}', 1))).toContain('after the header');
});

test('refuses a key that is there twice, however it is written', () => {
	const entry = (shape: string) => `{"dtype":"U8","shape":${shape},"data_offsets":[0,2]}`;
	const twice = `{"a":${entry('[2]')},"\\u0061" : ${entry('[1,2]')}}`;
	expect(messageOf(() => parse(twice, 2))).toContain('the key "a" twice');
	const inner = '{"a":{"dtype":"U8","shape":[1],"shape":[2],"data_offsets":[0,2]}}';
	expect(messageOf(() => parse(inner, 2))).toContain('the key "shape" twice');
});

test('keys of different objects, and strings that look like keys, are no duplicates', () => {
	const metadata = { dtype: '"dtype":', 'a"': '{', b: '\\' };
	const header = { __metadata__: metadata, dtype: tensor('U8', [1], 0, 1) };
	expect(parse(header, 1).metadata.get('dtype')).toBe('"dtype":');
});

test('names of Object.prototype are names like any other', () => {
	const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
	const entries = names.map((name, i) => [name, tensor('U8', [1], i, i + 1)] as const);
	const { tensors } = parse(Object.fromEntries(entries), 4);
	expect([...tensors.keys()]).toEqual(names);
	expect(parse('{}').tensors.get('toString')).toBeUndefined();
	expect(({} as Record<string, unknown>).dtype).toBeUndefined();
});

test('fields that an entry would inherit do not count', () => {
	const entry = '{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}';
	expect(messageOf(() => parse(`{"a":${entry}}`, 1))).toContain('dtype is undefined');
});

test('deeply nested JSON is refused without exhausting the stack', () => {
	const depth = 200_000;
	const lists = '['.repeat(depth) + ']'.repeat(depth);
	expect(messageOf(() => parse(`{"a":${lists}}`))).toContain('tensor "a" is a list of 1');
	const objects = '{"x":'.repeat(depth) + '1' + '}'.repeat(depth);
	expect(messageOf(() => parse(`{"a":${objects}}`))).toContain('dtype is undefined');
	const dtype = `{"dtype":${lists},"shape":[1],"data_offsets":[0,1]}`;
	expect(messageOf(() => parse(`{"a":${dtype}}`, 1))).toContain('dtype is a list of 1');
	const shape = `{"dtype":"U8","shape":[${lists}],"data_offsets":[0,1]}`;
	expect(messageOf(() => parse(`{"a":${shape}}`, 1))).toContain('shape is [a list of 1]');
});

test('a huge name or value does not make a huge message', () => {
	const name = 'x'.repeat(1_000_000);
	expect(messageOf(() => parse({ [name]: name }))).toContain('xxx');
	expect(messageOf(() => parse(`{"a":"${name}`))).toContain('is not JSON');
});
