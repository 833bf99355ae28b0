import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadPretrained } from '../../../src/lib/gemma3/pretrained.js';
import { maybeStoredModel, storedSource, storeModel } from '../../../src/lib/gemma3/storedModel.js';
import { directorySource } from '../../../src/lib/sources/directorySource.js';
import { hubSource } from '../../../src/lib/sources/hubSource.js';
import type { Source } from '../../../src/lib/sources/source.js';
import { createNodeRuntime } from '../../support/nodeRuntime.js';
import { formulaFiles, formulaSource, type FormulaSpec } from '../../support/formulaSource.js';
import { startHubServer } from '../../support/hubServer.js';
import { memoryFolder, type MemoryFolder } from '../../support/memoryFolder.js';

const runtime = createNodeRuntime();
const parts = { head: 'lm', vision: 'if configured' } as const;
const mini = directorySource('static/models/gemma3-mini');

/** A text model whose embedding is read in several pieces. */
const spec: FormulaSpec = (() => {
	const { config, weights } = JSON.parse(
		readFileSync('test/fixtures/goldens-full-size/270m/spec.json', 'utf8')
	) as FormulaSpec;
	return {
		config: {
			...config,
			num_hidden_layers: 1,
			layer_types: ['sliding_attention'],
			vocab_size: 14_000
		},
		weights: weights
			.filter(({ name }) => !/layers\.(?!0\.)/.test(name))
			.map((weight) =>
				weight.name.includes('embed') ? { ...weight, shape: [14_000, 640] } : weight
			)
	};
})();

const load = (source: Source, dtype?: 'q8' | 'q4' | 'fp16' | 'fp32') =>
	loadPretrained(source, parts, { runtime, dtype });

const weightsOf = (folder: MemoryFolder) =>
	createHash('sha256').update(folder.files.get('model.safetensors')!).digest('hex');

test('what is stored loads as what was fetched, in every dtype', async () => {
	for (const dtype of ['fp32', 'fp16', 'q8', 'q4'] as const) {
		const folder = memoryFolder();
		const manifest = await storeModel(mini, folder, { dtype });
		expect(manifest).toMatchObject({ name: mini.name, dtype, commit: null });
		const stored = await load(await storedSource(folder), dtype);
		const direct = await load(mini, dtype);
		expect(stored.config).toEqual(direct.config);
		expect(new Set(stored.weights.keys())).toEqual(new Set(direct.weights.keys()));
		for (const [name, weight] of direct.weights) {
			const other = stored.weights.get(name)!;
			expect([name, other.dtype, other.dims]).toEqual([name, weight.dtype, [...weight.dims]]);
			const bytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
				Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
			expect(bytes(other.data).equals(bytes(weight.data))).toBe(true);
			if ('scales' in weight && 'scales' in other) {
				expect(bytes(other.scales).equals(bytes(weight.scales))).toBe(true);
			}
		}
	}
});

test('a classification head is kept as it is in every dtype, and a model without one is kept too', async () => {
	const score = (await load(mini)).weights.get('score.weight')!;
	expect(score.dims).toEqual([3, 192]);
	for (const dtype of ['fp32', 'fp16', 'q8', 'q4'] as const) {
		const folder = memoryFolder();
		expect((await storeModel(mini, folder, { dtype })).hasScore).toBe(true);
		const stored = (await load(await storedSource(folder), dtype)).weights.get('score.weight')!;
		expect([stored.dtype, stored.dims]).toEqual(['float32', [3, 192]]);
		expect(stored.data).toEqual(score.data);
	}
	const folder = memoryFolder();
	expect((await storeModel(formulaSource(spec), folder, { dtype: 'q4' })).hasScore).toBe(false);
	const { weights } = await load(await storedSource(folder));
	expect(weights.has('score.weight')).toBe(false);
});

test('a conversion that was stopped anywhere goes on and ends the same', async () => {
	const whole = memoryFolder();
	await storeModel(formulaSource(spec), whole, { dtype: 'q4' });
	for (const lifetime of [0, 2, 5, 9, 20]) {
		const folder = memoryFolder();
		folder.lifetime = lifetime;
		const first = storeModel(formulaSource(spec), folder, { dtype: 'q4' });
		await expect(first).rejects.toThrow('the page was closed');
		expect(await maybeStoredModel(folder)).toBeNull();
		await expect(storedSource(folder)).rejects.toThrow('not stored whole; load it again');
		folder.lifetime = Infinity;
		const loaded: number[] = [];
		await storeModel(formulaSource(spec), folder, {
			dtype: 'q4',
			onProgress: (bytes) => loaded.push(bytes)
		});
		// The first pieces are the embedding's, of 16 MiB.
		if (lifetime > 5) expect(loaded[0]).toBeGreaterThan(16e6);
		expect(weightsOf(folder)).toBe(weightsOf(whole));
	}
});

test('a full disk is told, and the conversion goes on when there is room', async () => {
	const folder = memoryFolder();
	folder.space = 8e6;
	const storing = storeModel(formulaSource(spec), folder, { dtype: 'q8' });
	await expect(storing).rejects.toThrow(
		/there is no room for a folder in memory, which needs \d+ MB: delete a stored model/
	);
	folder.space = Infinity;
	await storeModel(formulaSource(spec), folder, { dtype: 'q8' });
	expect(await load(await storedSource(folder))).toBeTruthy();
});

test('a stored model is read from the folder alone, and damage to it is found', async () => {
	const folder = memoryFolder();
	await storeModel(mini, folder, { dtype: 'q8' });
	const weights = folder.files.get('model.safetensors')!;
	weights[weights.byteLength - 1] ^= 1;
	await expect(load(await storedSource(folder))).rejects.toThrow(
		/part \d of the stored weights is damaged; delete the stored model/
	);
	folder.files.set('model.safetensors', weights.slice(0, -1));
	await expect(storedSource(folder)).rejects.toThrow('not stored whole');
});

test('from a hub: cut, resumed, hashed, and converted anew when the repository changed', async () => {
	const files = formulaFiles(spec, 2);
	const server = await startHubServer('owner/formula', Object.fromEntries(files));
	try {
		const store = async (folder: MemoryFolder) => {
			const hub = hubSource('owner/formula', { endpoint: server.endpoint, delay: () => 1 });
			const { commit, files: listed } = await hub.info();
			const hashes = new Map(
				[...listed!].flatMap(([path, { sha256 }]) => (sha256 ? [[path, sha256]] : []))
			) as Map<string, string>;
			return storeModel(hub, folder, { dtype: 'q4', commit, hashes, revision: 'main' });
		};
		const folder = memoryFolder();
		const [last] = [...files.keys()].filter((path) => path.includes('00002')).sort();
		server.faults.corrupt = { path: last, at: 1_000_000 };
		await expect(store(folder)).rejects.toThrow(`${last} of owner/formula came with other bytes`);
		expect(await maybeStoredModel(folder)).toBeNull();

		server.faults.corrupt = undefined;
		server.faults.cutAfter = 20e6;
		const first = await store(folder);
		expect(first).toMatchObject({ commit: '1'.repeat(40), revision: 'main' });
		const direct = memoryFolder();
		await storeModel(formulaSource(spec, 2), direct, { dtype: 'q4' });
		expect(weightsOf(folder)).toBe(weightsOf(direct));

		const before = server.log.length;
		expect(await store(folder)).toEqual(first);
		expect(server.log.length).toBe(before + 1);

		server.commit = '2'.repeat(40);
		expect(await store(folder)).toMatchObject({ commit: '2'.repeat(40) });
		expect(server.log.length).toBeGreaterThan(before + 5);
	} finally {
		await server.close();
	}
});

test('the largest part in memory is a piece, whatever the model', async () => {
	let largest = 0;
	const source = formulaSource(spec);
	const folder = memoryFolder();
	await storeModel(
		{
			...source,
			bytes(path, start, end, ...rest) {
				largest = Math.max(largest, end - start);
				return source.bytes(path, start, end, ...rest);
			}
		},
		folder,
		{ dtype: 'q4' }
	);
	expect(largest).toBeLessThanOrEqual(16 * 2 ** 20);
});
