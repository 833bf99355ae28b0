import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { openCheckpoint } from '../../../src/lib/safetensors/checkpoint.js';
import { maxChunkByteLength } from '../../../src/lib/safetensors/readRanges.js';
import { encodeSafetensors } from '../../../src/lib/safetensors/writer.js';
import { directorySource } from '../../../src/lib/sources/directorySource.js';
import { memorySource } from '../../support/memorySource.js';

const bytesTensor = (...values: number[]) =>
	({ dtype: 'U8', shape: [values.length], data: Uint8Array.from(values) }) as const;
const shard = (i: number) => `model-0000${i}-of-00002.safetensors`;

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
	const result: T[] = [];
	for await (const item of items) result.push(item);
	return result;
}

function sharded(weightMap: Record<string, string>, first = {}, second = {}) {
	return memorySource({
		'model.safetensors.index.json': JSON.stringify({ weight_map: weightMap }),
		[shard(1)]: encodeSafetensors({ a: bytesTensor(1, 2), ...first }),
		[shard(2)]: encodeSafetensors({ b: bytesTensor(3), ...second })
	});
}

test('reads a tensor of a single file', async () => {
	const model = encodeSafetensors({ a: bytesTensor(1, 2), b: bytesTensor(3) });
	const checkpoint = await openCheckpoint(memorySource({ 'model.safetensors': model }));
	expect(checkpoint.tensors.get('a')).toMatchObject({
		dtype: 'U8',
		shape: [2],
		byteLength: 2,
		file: 'model.safetensors'
	});
	expect(await checkpoint.read('b')).toEqual(Uint8Array.of(3));
	await expect(checkpoint.read('c')).rejects.toThrow('there is no tensor "c"');
	expect(() => checkpoint.readAll(['a', 'toString'])).toThrow('there is no tensor "toString"');
});

test('reads the tensors of several files', async () => {
	const checkpoint = await openCheckpoint(sharded({ a: shard(1), b: shard(2) }));
	const tensors = await collect(checkpoint.readAll(['b', 'a', 'b']));
	expect(tensors.map(({ name, bytes }) => [name, [...bytes]])).toEqual([
		['a', [1, 2]],
		['b', [3]]
	]);
});

test('a tensor that the index does not name is found all the same', async () => {
	const source = sharded({ a: shard(1), b: shard(2) }, {}, { extra: bytesTensor(9) });
	expect(await (await openCheckpoint(source)).read('extra')).toEqual(Uint8Array.of(9));
});

test('refuses an index that contradicts its files', async () => {
	await expect(openCheckpoint(sharded({ a: shard(2), b: shard(2) }))).rejects.toThrow(
		`index.json puts tensor "a" in ${shard(2)}, which does not hold it`
	);
	await expect(
		openCheckpoint(sharded({ a: shard(1), b: shard(2) }, { b: bytesTensor(4) }))
	).rejects.toThrow(`tensor "b" is in ${shard(1)} and in ${shard(2)}`);
	await expect(openCheckpoint(sharded({ a: shard(1), b: 'model-3.safetensors' }))).rejects.toThrow(
		'memory holds no model-3.safetensors'
	);
});

test('says so when there is no checkpoint', async () => {
	await expect(openCheckpoint(memorySource({ 'config.json': '{}' }))).rejects.toThrow(
		'memory holds neither model.safetensors nor model.safetensors.index.json'
	);
});

test('a damaged file is refused by name', async () => {
	const whole = encodeSafetensors({ a: bytesTensor(1, 2) });
	for (const length of [0, 5, 8, 40, whole.length - 1]) {
		const source = memorySource({ 'model.safetensors': whole.subarray(0, length) });
		await expect(openCheckpoint(source)).rejects.toThrow(
			expect.objectContaining({
				name: 'SafetensorsError',
				message: expect.stringContaining('model.safetensors')
			})
		);
	}
});

test('a huge header length is refused before anything that long is read', async () => {
	const file = new Uint8Array(1000);
	new DataView(file.buffer).setBigUint64(0, 2n ** 62n, true);
	const source = memorySource({ 'model.safetensors': file });
	await expect(openCheckpoint(source)).rejects.toThrow(`a header of ${2n ** 62n} bytes`);
	expect(source.reads).toEqual([{ path: 'model.safetensors', start: 0, end: 8 }]);
});

test('small neighbours are read together, a far one and one left out apart', async () => {
	const far = { dtype: 'U8', shape: [100_000], data: new Uint8Array(100_000) } as const;
	const source = memorySource({
		'model.safetensors': encodeSafetensors({
			a: bytesTensor(1, 2),
			b: bytesTensor(3),
			c: bytesTensor(4),
			far,
			z: bytesTensor(5)
		})
	});
	const checkpoint = await openCheckpoint(source);
	source.reads.length = 0;
	const progress: [number, number][] = [];
	const tensors = await collect(
		checkpoint.readAll(['z', 'c', 'a'], (...numbers) => progress.push(numbers))
	);
	expect(tensors.map(({ bytes }) => [...bytes])).toEqual([[1, 2], [4], [5]]);
	expect(source.reads).toHaveLength(2);
	expect(source.reads[0].end - source.reads[0].start).toBe(4);
	expect(progress.at(-1)).toEqual([4, 4]);
});

test('no read is longer than a chunk, and a tensor longer than that comes whole', async () => {
	const size = 2 * maxChunkByteLength + 5;
	const data = new Uint8Array(size);
	for (let i = 0; i < size; i++) data[i] = Math.imul(i, 2654435761) >>> 24;
	const source = memorySource({
		'model.safetensors': encodeSafetensors({
			a: bytesTensor(1, 2),
			large: { dtype: 'U8', shape: [size], data },
			z: bytesTensor(3)
		})
	});
	const checkpoint = await openCheckpoint(source);
	source.reads.length = 0;
	const progress: number[] = [];
	const tensors = await collect(
		checkpoint.readAll(checkpoint.tensors.keys(), (loaded) => progress.push(loaded))
	);
	expect(Buffer.compare(tensors[1].bytes, data)).toBe(0);
	expect(Math.max(...source.reads.map(({ start, end }) => end - start))).toBe(maxChunkByteLength);
	expect(source.reads).toHaveLength(5);
	expect(progress).toEqual([...progress].sort((a, b) => a - b));
	expect(progress.at(-1)).toBe(size + 3);
});

test('the embedded model is read in one request after its header', async () => {
	const model = await readFile('static/models/gemma3-mini/model.safetensors');
	const source = memorySource({ 'model.safetensors': model });
	const checkpoint = await openCheckpoint(source);
	source.reads.length = 0;
	const tensors = await collect(checkpoint.readAll(checkpoint.tensors.keys()));
	expect(tensors).toHaveLength(checkpoint.tensors.size);
	expect(source.reads).toHaveLength(1);
	const { start, byteLength } = checkpoint.tensors.get(
		'multi_modal_projector.mm_soft_emb_norm.weight'
	)!;
	const direct = model.subarray(start, start + byteLength);
	const read = tensors.find(({ name }) => name.endsWith('mm_soft_emb_norm.weight'))!;
	expect(Buffer.compare(read.bytes, direct)).toBe(0);
});

test('opens every reference checkpoint', async () => {
	const names = 'text text-padded text-rope-linear text-options multimodal classification';
	for (const name of names.split(' ')) {
		const checkpoint = await openCheckpoint(directorySource(`test/fixtures/goldens/${name}`));
		expect(checkpoint.tensors.size).toBeGreaterThan(80);
		for (const { dtype } of checkpoint.tensors.values()) expect(dtype).toBe('BF16');
	}
});

test('an abort stops between tensors', async () => {
	const model = encodeSafetensors({ a: bytesTensor(1), b: bytesTensor(2) });
	const checkpoint = await openCheckpoint(memorySource({ 'model.safetensors': model }));
	const controller = new AbortController();
	const tensors = checkpoint.readAll(['a', 'b'], undefined, controller.signal);
	expect((await tensors.next()).value?.name).toBe('a');
	controller.abort();
	await expect(tensors.next()).rejects.toMatchObject({ name: 'AbortError' });
	await expect(checkpoint.read('a', controller.signal)).rejects.toMatchObject({
		name: 'AbortError'
	});
	await expect(
		openCheckpoint(memorySource({ 'model.safetensors': model }), controller.signal)
	).rejects.toMatchObject({ name: 'AbortError' });
});
