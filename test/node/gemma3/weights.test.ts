import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { Gemma3Config } from '../../../src/lib/gemma3/configuration.js';
import {
	expectedWeights,
	type ExpectedWeightsOptions
} from '../../../src/lib/gemma3/expectedWeights.js';
import { parseGemma3Config } from '../../../src/lib/gemma3/parseConfiguration.js';
import { loadWeights } from '../../../src/lib/gemma3/weights.js';
import { openCheckpoint } from '../../../src/lib/safetensors/checkpoint.js';
import { decodeSafetensors } from '../../../src/lib/safetensors/reader.js';
import { encodeSafetensors, type WritableTensor } from '../../../src/lib/safetensors/writer.js';
import { directorySource } from '../../../src/lib/sources/directorySource.js';
import { toBfloat16 } from '../../../src/lib/tensor/bfloat16.js';
import { memorySource } from '../../support/memorySource.js';

const goldens = 'test/fixtures/goldens';

async function readConfig(folder: string): Promise<Gemma3Config> {
	return parseGemma3Config(JSON.parse(await readFile(`${folder}/config.json`, 'utf8')));
}

function checkpointOf(tensors: Record<string, WritableTensor>) {
	return openCheckpoint(memorySource({ 'model.safetensors': encodeSafetensors(tensors) }));
}

const floats = (shape: number[], ...values: number[]) =>
	({ dtype: 'F32', shape, data: Float32Array.from(values) }) as const;
const embedding = floats([2, 1], 1, 2);
const small = new Map([
	['embed_tokens.weight', [2, 1]],
	['norm.weight', [1]]
]);

test('loads every reference checkpoint whole, with nothing left over', async () => {
	const cases: [folder: string, options: ExpectedWeightsOptions][] = [
		[`${goldens}/text`, { head: 'lm', vision: false }],
		[`${goldens}/text-padded`, { head: 'lm', vision: false }],
		[`${goldens}/text-rope-linear`, { head: 'lm', vision: false }],
		[`${goldens}/text-options`, { head: 'lm', vision: false }],
		[`${goldens}/multimodal`, { head: 'lm', vision: true }],
		[`${goldens}/classification`, { head: 'score', vision: true }],
		[`${goldens}/classification-image`, { head: 'score', vision: true }],
		['static/models/gemma3-mini', { head: 'score', vision: true }]
	];
	for (const [folder, options] of cases) {
		const expected = expectedWeights(await readConfig(folder), options);
		const checkpoint = await openCheckpoint(directorySource(folder));
		const { weights, unexpected } = await loadWeights(checkpoint, expected);
		expect([folder, unexpected]).toEqual([folder, []]);
		expect(new Set(weights.keys())).toEqual(new Set(expected.keys()));
		for (const [name, { dims }] of weights)
			expect([name, dims]).toEqual([name, expected.get(name)]);
	}
});

test('the values are those of the file', async () => {
	const folder = `${goldens}/multimodal`;
	const expected = expectedWeights(await readConfig(folder), { head: 'lm', vision: true });
	const { weights } = await loadWeights(await openCheckpoint(directorySource(folder)), expected);
	const file = decodeSafetensors(await readFile(`${folder}/model.safetensors`));
	for (const [canonical, name] of [
		['layers.5.mlp.down_proj.weight', 'language_model.model.layers.5.mlp.down_proj.weight'],
		['norm.weight', 'language_model.model.norm.weight'],
		['vision_tower.post_layernorm.bias', 'vision_tower.post_layernorm.bias']
	]) {
		expect(weights.get(canonical)!.data).toEqual(file.get(name)!.data);
	}
});

test('parts that are not wanted are unexpected, by the names of the file', async () => {
	const folder = `${goldens}/multimodal`;
	const expected = expectedWeights(await readConfig(folder), { head: 'none', vision: false });
	const checkpoint = await openCheckpoint(directorySource(folder));
	const { weights, unexpected } = await loadWeights(checkpoint, expected);
	expect(weights.has('vision_tower.post_layernorm.bias')).toBe(false);
	expect(unexpected).toContain('vision_tower.post_layernorm.bias');
	expect(unexpected.filter((name) => name.includes('language_model'))).toEqual([]);
});

test('reads half precision of both kinds', async () => {
	const checkpoint = await checkpointOf({
		'model.embed_tokens.weight': {
			dtype: 'F16',
			shape: [2, 1],
			data: Uint16Array.of(0x3c00, 0xc000)
		},
		'model.norm.weight': { dtype: 'BF16', shape: [1], data: toBfloat16(Float32Array.of(0.5)) }
	});
	const { weights } = await loadWeights(checkpoint, small);
	expect([...weights.get('embed_tokens.weight')!.data]).toEqual([1, -2]);
	expect([...weights.get('norm.weight')!.data]).toEqual([0.5]);
});

test('a missing tensor is refused by name', async () => {
	const one = await checkpointOf({ 'model.embed_tokens.weight': embedding });
	await expect(loadWeights(one, small)).rejects.toThrow(
		expect.objectContaining({
			name: 'SafetensorsError',
			message: expect.stringContaining('memory: tensor norm.weight is missing')
		})
	);
	await expect(loadWeights(await checkpointOf({}), small)).rejects.toThrow(
		'tensor embed_tokens.weight and 1 more is missing'
	);
});

test('a wrong shape is refused by name, also with the right number of values', async () => {
	for (const shape of [[1, 2], [2], [2, 1, 1]]) {
		const checkpoint = await checkpointOf({
			'model.embed_tokens.weight': floats(shape, 1, 2),
			'model.norm.weight': floats([1], 0)
		});
		await expect(loadWeights(checkpoint, small)).rejects.toThrow(
			`tensor model.embed_tokens.weight has shape [${shape.join(', ')}], expected [2, 1]`
		);
	}
});

test('a dtype that is no float is refused by name', async () => {
	const checkpoint = await checkpointOf({
		'model.embed_tokens.weight': { dtype: 'I32', shape: [2, 1], data: Int32Array.of(1, 2) },
		'model.norm.weight': floats([1], 0)
	});
	await expect(loadWeights(checkpoint, small)).rejects.toThrow(
		'tensor model.embed_tokens.weight is I32, expected BF16, F16 or F32'
	);
});

test('two spellings of one tensor are refused', async () => {
	const checkpoint = await checkpointOf({
		'model.embed_tokens.weight': embedding,
		'model.norm.weight': floats([1], 0),
		'language_model.model.norm.weight': floats([1], 0)
	});
	await expect(loadWeights(checkpoint, small)).rejects.toThrow(
		'tensors language_model.model.norm.weight and model.norm.weight are both norm.weight'
	);
});

test('an extra tensor is named, of whatever dtype, and a buffer is not', async () => {
	const ids = { dtype: 'I64', shape: [1], data: BigInt64Array.of(0n) } as const;
	const checkpoint = await checkpointOf({
		'model.embed_tokens.weight': embedding,
		'model.norm.weight': floats([1], 0),
		'vision_tower.vision_model.embeddings.position_ids': ids,
		'something.else': ids
	});
	const { weights, unexpected } = await loadWeights(checkpoint, small);
	expect(unexpected).toEqual(['something.else']);
	expect([...weights.keys()].sort()).toEqual(['embed_tokens.weight', 'norm.weight']);
});

test('a tied head that copies the embedding is left out, one with its own values is kept', async () => {
	for (const [values, isKept] of [
		[[1, 2], false],
		[[1, 2.5], true]
	] as const) {
		const checkpoint = await checkpointOf({
			'lm_head.weight': floats([2, 1], ...values),
			'model.embed_tokens.weight': embedding,
			'model.norm.weight': floats([1], 0)
		});
		const { weights, unexpected } = await loadWeights(checkpoint, small);
		expect([weights.has('lm_head.weight'), unexpected]).toEqual([isKept, []]);
	}
});

test('a classifier leaves a language head alone, whatever it is', async () => {
	const checkpoint = await checkpointOf({
		'lm_head.weight': { dtype: 'I32', shape: [1], data: Int32Array.of(1) },
		'model.embed_tokens.weight': embedding,
		'score.weight': floats([1, 1], 3)
	});
	const expected = new Map([
		['embed_tokens.weight', [2, 1]],
		['score.weight', [1, 1]]
	]);
	const { weights, unexpected } = await loadWeights(checkpoint, expected);
	expect([weights.size, unexpected]).toEqual([2, []]);
});

test('a tied head of another shape than the embedding is refused', async () => {
	const checkpoint = await checkpointOf({
		'lm_head.weight': floats([1, 2], 1, 2),
		'model.embed_tokens.weight': embedding,
		'model.norm.weight': floats([1], 0)
	});
	await expect(loadWeights(checkpoint, small)).rejects.toThrow('lm_head.weight has shape [1, 2]');
});

test('an untied head is needed', async () => {
	const config = await readConfig(`${goldens}/text`);
	const untied = { ...config, textConfig: { ...config.textConfig, tieWordEmbeddings: false } };
	const expected = expectedWeights(untied, { head: 'lm', vision: false });
	const checkpoint = await openCheckpoint(directorySource(`${goldens}/text`));
	expect((await loadWeights(checkpoint, expected)).weights.has('lm_head.weight')).toBe(true);
	const headless = await openCheckpoint(directorySource(`${goldens}/classification`));
	await expect(loadWeights(headless, new Map([['lm_head.weight', [576, 64]]]))).rejects.toThrow(
		'tensor lm_head.weight is missing'
	);
});

test('a classification head comes along where it fits, and the language head stays', async () => {
	const norm = floats([1], 0);
	const tensors = { 'model.embed_tokens.weight': embedding, 'model.norm.weight': norm };
	const head = floats([2, 1], 3, 4);
	const both = { ...tensors, 'score.weight': floats([3, 1], 5, 6, 7), 'lm_head.weight': head };
	const { weights, unexpected } = await loadWeights(await checkpointOf(both), small);
	expect(weights.get('score.weight')).toMatchObject({ dtype: 'float32', dims: [3, 1] });
	expect(Array.from(weights.get('score.weight')!.data)).toEqual([5, 6, 7]);
	expect(weights.has('lm_head.weight')).toBe(true);
	expect(unexpected).toEqual([]);
	for (const unfit of [floats([1, 2], 1, 2), floats([1], 1), floats([0, 1])]) {
		const checkpoint = await checkpointOf({ ...tensors, 'score.weight': unfit });
		const loaded = await loadWeights(checkpoint, small);
		expect([loaded.weights.size, loaded.unexpected]).toEqual([2, ['score.weight']]);
	}
});

test('a load tells its progress and stops when asked', async () => {
	const folder = `${goldens}/text`;
	const expected = expectedWeights(await readConfig(folder), { head: 'lm', vision: false });
	const checkpoint = await openCheckpoint(directorySource(folder));
	const progress: [number, number][] = [];
	await loadWeights(checkpoint, expected, (...numbers) => progress.push(numbers));
	const [loaded, total] = progress.at(-1)!;
	expect(loaded).toBe(total);
	const controller = new AbortController();
	const stopped = loadWeights(checkpoint, expected, () => controller.abort(), controller.signal);
	await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
});
