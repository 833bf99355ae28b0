import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bestFit, cacheSize, checkFit, modelSize } from '../../../src/lib/gemma3/fit.js';
import { parseGemma3Config } from '../../../src/lib/gemma3/parseConfiguration.js';
import { Gemma3ForCausalLM } from '../../../src/lib/gemma3/causalLanguageModel.js';
import { storeModel } from '../../../src/lib/gemma3/storedModel.js';
import { KeyValueCache } from '../../../src/lib/gemma3/keyValueCache.js';
import { directorySource } from '../../../src/lib/sources/directorySource.js';
import { memoryFolder } from '../../support/memoryFolder.js';
import { createNodeRuntime } from '../../support/nodeRuntime.js';

const { config: json } = JSON.parse(
	readFileSync('test/fixtures/goldens-full-size/270m/spec.json', 'utf8')
);

function shape(hidden: number, layers: number, heads: number, keyHeads: number, inner: number) {
	return parseGemma3Config({
		...json,
		hidden_size: hidden,
		num_hidden_layers: layers,
		num_attention_heads: heads,
		num_key_value_heads: keyHeads,
		intermediate_size: inner,
		layer_types: Array.from({ length: layers }, (_, layer) =>
			(layer + 1) % 6 === 0 ? 'full_attention' : 'sliding_attention'
		)
	});
}

const small = shape(640, 18, 4, 1, 2048);
const middle = shape(1152, 26, 4, 1, 6912);
const large = shape(2560, 34, 8, 4, 10240);

test('sizes of the released shapes are those of their layouts', () => {
	const text = { head: 'lm' } as const;
	for (const [config, millions, bfloat16, q4] of [
		[small, 268.1, 536, 251],
		[middle, 999.9, 2000, 776],
		[large, 3880, 7760, 2760]
	] as const) {
		const size = modelSize(config, 'q4', text);
		expect(size.weightCount / 1e6 / millions).toBeCloseTo(1, 3);
		expect(size.fetch / 1e6 / bfloat16).toBeCloseTo(1, 2);
		// Norms stay float32 and are not counted in the table: a tenth of a percent.
		expect(size.store / 1e6 / q4).toBeCloseTo(1, 2);
		expect(size.device).toBe(size.store);
	}
	const embedding = 262_144 * 640;
	const q8 = modelSize(small, 'q8', text);
	expect(q8.host).toBe(embedding + embedding / 8);
	expect(q8.largestBuffer).toBe(embedding);
	expect(q8.scratch).toBe(embedding * 4);
	expect(modelSize(small, 'fp16', text).device).toBe(modelSize(small, 'fp32', text).device);
});

test('a size is what storing and loading really take', async () => {
	const folder = 'static/models/gemma3-mini';
	const config = parseGemma3Config(JSON.parse(readFileSync(`${folder}/config.json`, 'utf8')));
	for (const dtype of ['fp32', 'q8', 'q4'] as const) {
		const size = modelSize(config, dtype);
		const store = memoryFolder();
		const { byteLength } = await storeModel(directorySource(folder), store, { dtype });
		// The rest is the header, and a head for labels of three rows.
		const header = byteLength - size.store;
		expect(header).toBeGreaterThan(0);
		expect(header).toBeLessThan(64 * 1024);
	}
	const runtime = createNodeRuntime();
	const source = directorySource(folder);
	const model = await Gemma3ForCausalLM.fromPretrained(source, { runtime, dtype: 'q8' });
	const { device, host } = modelSize(config, 'q8', { head: 'lm' });
	expect(model.weightBytes).toBe(device + host);
	await model.dispose();
});

test('a cache is what a cache of that length really takes', async () => {
	// 2 of keys and values, 4 bytes, 256 wide: 36 KiB a token in 18 layers while no window is full.
	expect(cacheSize(small, 256) / 256).toBe(36 * 1024);
	const full = 3 * 32_768;
	const local = 15 * (512 + 256);
	expect(cacheSize(small, 32_768)).toBe(2 * 4 * 256 * (full + local));
	// On the GPU a long prompt runs in longer pieces, and a ring holds one of them.
	expect(cacheSize(small, 32_768, 'webgpu')).toBe(2 * 4 * 256 * (full + 15 * (512 + 512)));
	const cache = new KeyValueCache(createNodeRuntime(), small.textConfig, 1, { ring: true });
	for (const length of [200, 450, 700, 950, 1200]) {
		await cache.prepare(length - cache.length);
		cache.append(length - cache.length);
		expect([length, cache.byteLength]).toEqual([length, cacheSize(small, length)]);
	}
	cache.dispose();
});

test('what does not fit is said with both numbers', () => {
	const size = modelSize(middle, 'fp32');
	const wasm = checkFit(middle, size, { device: 'wasm' }, 1024);
	expect(wasm.fits).toBe(false);
	expect(wasm.problems[0]).toMatch(/WebAssembly can address 4 GiB, .* need \d+ MB/);
	const gpu = {
		device: 'webgpu',
		maxWeightBytes: 256 * 2 ** 20,
		storage: 1e9,
		deviceMemory: 2e9
	} as const;
	const { problems } = checkFit(middle, size, gpu, 40_000);
	// A weight that is larger than the device binds at once is no problem: it is held in parts.
	expect(problems).toHaveLength(3);
	expect(problems.join('\n')).toContain('the model reads 32768 tokens, not 40000');
	expect(problems.join('\n')).toContain('needs 4000 MB of disk, this page may use 1000 MB more');
	expect(checkFit(middle, size, { device: 'webgpu' }, 1024)).toEqual({ fits: true, problems: [] });
});

test('the most exact choice that fits is offered', () => {
	expect(bestFit(small, { device: 'wasm' }, 1024)!.size.dtype).toBe('fp32');
	const onWasm = bestFit(middle, { device: 'wasm' }, 1024)!;
	expect(onWasm.size.dtype).toBe('q8');
	expect([...onWasm.refused.keys()]).toEqual(['fp32', 'fp16']);
	const little = { device: 'webgpu', deviceMemory: 3.1e9 } as const;
	expect(bestFit(large, little, 1024)!.size.dtype).toBe('q4');
	expect(bestFit(large, { device: 'webgpu', deviceMemory: 1e9 }, 1024)).toBeNull();
});
