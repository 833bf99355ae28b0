import { expect, test } from 'vitest';
import { parseShardIndex } from '../../../src/lib/safetensors/shardIndex.js';

const parse = (index: unknown) => parseShardIndex(JSON.stringify(index), 'index.json');

test('tells the file of each tensor', () => {
	const shards = parse({
		metadata: { total_size: 8 },
		weight_map: { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' }
	});
	expect(shards.get('a')).toBe('model-00001-of-00002.safetensors');
	expect(shards.size).toBe(2);
});

test('a file name may not leave the folder', () => {
	const names = [
		'../model.safetensors',
		'/etc/model.safetensors',
		'a/../../model.safetensors',
		'..\\model.safetensors',
		'C:\\model.safetensors',
		'https://example.org/model.safetensors',
		'//example.org/model.safetensors',
		'%2e%2e%2fmodel.safetensors',
		'model.safetensors?x',
		'model.safetensors\n',
		'.safetensors',
		'model.bin',
		'',
		7,
		null,
		['model.safetensors']
	];
	for (const name of names) {
		expect(() => parse({ weight_map: { a: name } })).toThrow(
			expect.objectContaining({
				name: 'SafetensorsError',
				message: expect.stringContaining('weight_map puts "a" in')
			})
		);
	}
});

test('anything but an object with a weight_map is refused', () => {
	expect(() => parseShardIndex('{', 'index.json')).toThrow('index.json is not JSON');
	for (const index of [null, [], 'x', {}, { weight_map: [] }, { weight_map: 'x' }]) {
		expect(() => parse(index)).toThrow('weight_map is');
	}
	expect(() => parse({ weight_map: {} })).toThrow('names no tensor');
});

test('names of Object.prototype are names like any other', () => {
	const shards = parseShardIndex('{"weight_map":{"__proto__":"a.safetensors"}}', 'index.json');
	expect([...shards]).toEqual([['__proto__', 'a.safetensors']]);
});
