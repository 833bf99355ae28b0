import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseGemma3Config } from '../../../src/lib/gemma3/parseConfiguration.js';
import { knownModels, maybeKnownModel } from '../../../src/lib/views/knownModels.js';
import { contextLengths, fitSheet, modelWeights } from '../../../src/lib/views/modelFit.js';

const config = (name: string) => maybeKnownModel(`google/${name}`)!.config;
const browser = { device: 'wasm', storage: 20e9, canKeep: true } as const;
const choice = { dtype: 'q8', contextLength: 4096, keep: true } as const;

test('known models are what their published configurations say', () => {
	for (const [name, path] of [
		['gemma-3-270m', 'goldens-full-size/270m/spec.json'],
		['gemma-3-1b-it', 'specs/1b.json']
	]) {
		const spec = JSON.parse(readFileSync(`test/fixtures/${path}`, 'utf8')) as {
			config: object;
			weights: { shape: number[] }[];
		};
		const published = parseGemma3Config(spec.config).textConfig;
		const { numHiddenLayers, layerTypes, slidingWindow, vocabSize } = published;
		expect(config(name).textConfig).toMatchObject({
			...{ numHiddenLayers, layerTypes, slidingWindow, vocabSize },
			ropeParameters: published.ropeParameters
		});
		const count = spec.weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0);
		expect(modelWeights(config(name)).count).toBe(count);
	}
	expect(modelWeights(config('gemma-3-4b-it')).count / 1e9).toBeCloseTo(4.3, 1);
	expect(config('gemma-3-4b-it').visionConfig?.imageSize).toBe(896);
	expect(knownModels).toHaveLength(6);
	expect(maybeKnownModel('somebody/gemma-3-1b-it')?.title).toBe('1B');
	expect(maybeKnownModel('somebody/else')).toBeUndefined();
});

test('a sheet says what is fetched, kept and held', () => {
	const sheet = fitSheet(config('gemma-3-270m-it'), choice, browser, null);
	expect(sheet).toMatchObject({ fits: true, problems: [], offer: null });
	// Keys and values: 2,048 bytes × (3 × 4,096 + 15 × 768) places.
	expect(sheet.rows.map(({ label, need }) => `${label}: ${need}`)).toEqual([
		'to fetch: 571 MB',
		'on disk: 302 MB',
		'weights: 302 MB',
		'keys and values: 49 MB',
		'embedding: 189 MB'
	]);
	const files = fitSheet(config('gemma-3-270m-it'), { ...choice, keep: false }, browser, 0);
	expect(files.rows.slice(0, 2).map(({ need }) => need)).toEqual(['nothing', 'nothing']);
});

test('what does not fit is said with the reason, and a choice that does is offered', () => {
	const exact = { ...choice, dtype: 'fp32' } as const;
	const sheet = fitSheet(config('gemma-3-1b-it'), exact, browser, null);
	expect(sheet.fits).toBe(false);
	expect(sheet.problems).toEqual([expect.stringMatching(/WebAssembly can address 4 GiB/)]);
	expect(sheet.offer).toEqual({ dtype: 'q8', contextLength: 4096 });
	const full = { ...browser, storage: 200e6 };
	const disk = fitSheet(config('gemma-3-270m-it'), choice, full, null);
	expect(disk.problems).toEqual([expect.stringMatching(/needs 302 MB of disk, .* 200 MB more/)]);
	// Nothing is kept, so nothing has to fit on the disk.
	const loose = fitSheet(config('gemma-3-270m-it'), { ...choice, keep: false }, full, null);
	expect(loose.fits).toBe(true);
	const large = fitSheet(config('gemma-3-4b-it'), exact, browser, null);
	expect(large.offer).toBeNull();
});

test('a graphics device that binds little holds the head in parts', () => {
	const gpu = { device: 'webgpu', canKeep: true, maxWeightBytes: 2 ** 27 } as const;
	const sheet = fitSheet(config('gemma-3-4b-it'), { ...choice, dtype: 'q4' }, gpu, null);
	expect(sheet.fits).toBe(true);
	expect(sheet.rows.at(-1)).toEqual({
		label: 'largest weight',
		need: '671 MB',
		have: 'in 6 parts: the device binds 134 MB at once'
	});
});

test('contexts go up to what the model reads', () => {
	expect(contextLengths(config('gemma-3-270m'))).toEqual([1024, 2048, 4096, 8192, 16_384, 32_768]);
	expect(contextLengths(config('gemma-3-4b-it')).at(-1)).toBe(131_072);
});
