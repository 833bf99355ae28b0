import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ringCapacity, ringPositions } from '../../../src/lib/gemma3/cacheLayout.js';
import type { Gemma3TextConfig } from '../../../src/lib/gemma3/configuration.js';
import { KeyValueCache } from '../../../src/lib/gemma3/keyValueCache.js';
import { parseGemma3Config } from '../../../src/lib/gemma3/parseConfiguration.js';
import { chunkOnGpu, padQueries, planChunks } from '../../../src/lib/gemma3/passSizes.js';
import { createNodeRuntime } from '../../support/nodeRuntime.js';
import { createRandom } from '../../../src/lib/generation/random.js';

const runtime = createNodeRuntime();
const json = JSON.parse(readFileSync('test/fixtures/goldens/text/config.json', 'utf8'));
const { textConfig } = parseGemma3Config(json);

/** What the caches of Gemma 3 1B are made of. */
const shape1b: Gemma3TextConfig = {
	...textConfig,
	numHiddenLayers: 26,
	numKeyValueHeads: 1,
	headDim: 256,
	slidingWindow: 512,
	layerTypes: Array.from({ length: 26 }, (_, layer) =>
		(layer + 1) % 6 === 0 ? 'full_attention' : 'sliding_attention'
	)
};

test('at 2,048 tokens a ring takes less than half of what the 1B would need without', async () => {
	const bytes: number[] = [];
	for (const ring of [true, false]) {
		const cache = new KeyValueCache(runtime, shape1b, 1, { ring });
		while (cache.length < 2048) {
			await cache.prepare(256);
			cache.append(256);
		}
		bytes.push(cache.byteLength);
		cache.dispose();
	}
	const [ring, whole] = bytes;
	const megabytes = bytes.map((one) => (one / 1e6).toFixed(1));
	console.log(`cache of the 1B at 2,048 tokens: ring ${megabytes[0]} MB, whole ${megabytes[1]} MB`);
	expect(whole).toBe(2 * 4 * 26 * 2048 * 256);
	expect(ring).toBe(2 * 4 * 256 * (22 * 768 + 4 * 2048));
});

test('a ring holds the window of every query, whatever was run, cropped and run again', async () => {
	const random = createRandom(4);
	const longestPass = 8;
	const cache = new KeyValueCache(runtime, textConfig, 1, { ring: true, longestPass });
	const places = ringCapacity(textConfig.slidingWindow, longestPass);
	// By place, the position whose key a pass would have written there.
	const written = new Int32Array(places).fill(-1);
	for (let i = 0; i < 2000; i++) {
		if (random.next() < 0.3) {
			const length = Math.floor(random.next() * (cache.length + 1));
			if (cache.canCrop(length)) cache.crop(length);
			else expect(() => cache.crop(length)).toThrow('local layers hold those from');
			continue;
		}
		const padded = 2 ** Math.floor(random.next() * 4);
		const queries = 1 + Math.floor(random.next() * padded);
		const start = cache.length;
		const { sliding_attention: layout } = await cache.prepare(queries, padded);
		// Before its first full size the ring is shorter, and is copied when it grows.
		layout.rows.forEach((place, query) => (written[place] = start + query));
		layout.positions.forEach((position, place) => {
			if (position >= 0) expect(written[place]).toBe(position);
		});
		const held = new Set(layout.positions);
		for (let query = start; query < start + queries; query++) {
			const first = Math.max(0, query - textConfig.slidingWindow + 1);
			for (let key = first; key <= query; key++) expect(held.has(key)).toBe(true);
		}
		cache.append(queries);
		if (cache.length > 400) cache.crop(0);
	}
	cache.dispose();
});

test('a pass that would overwrite the window is refused', async () => {
	const cache = new KeyValueCache(runtime, textConfig, 1, { ring: true, longestPass: 4 });
	await cache.prepare(4);
	cache.append(4);
	await cache.prepare(4);
	cache.append(4);
	await expect(cache.prepare(6)).rejects.toThrow('6 tokens at once would overwrite the window');
	cache.dispose();
});

test('places without a token, behind the end or never written, have no position', () => {
	expect([...ringPositions(4, 3, 3)]).toEqual([0, 1, 2, -1]);
	expect([...ringPositions(4, 6, 6)]).toEqual([4, 5, 2, 3]);
	expect([...ringPositions(4, 5, 7)]).toEqual([4, -1, -1, 3]);
});

test('chunks end before an image, or hold it whole', () => {
	expect(planChunks(0, 10, 4, [])).toEqual([4, 8, 10]);
	expect(planChunks(0, 10, 4, [{ start: 2, end: 6 }])).toEqual([2, 6, 10]);
	expect(planChunks(0, 20, 4, [{ start: 3, end: 13 }])).toEqual([3, 13, 17, 20]);
	const two = [
		{ start: 2, end: 6 },
		{ start: 5, end: 9 }
	];
	expect(planChunks(0, 12, 4, two)).toEqual([2, 9, 12]);
	expect(planChunks(5, 5, 4, [])).toEqual([]);
});

test('passes are padded to a few sizes', () => {
	expect([1, 2, 3, 100, 256, 257, 700].map(padQueries)).toEqual([1, 2, 4, 128, 256, 512, 768]);
	// On the GPU a prompt runs in few pieces, until the scores of a piece would grow too large.
	const lengths = [1, 256, 257, 512, 513, 4096, 4097, 32_768];
	expect(lengths.map(chunkOnGpu)).toEqual([256, 256, 512, 512, 1024, 1024, 512, 512]);
});
