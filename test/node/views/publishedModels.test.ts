import { expect, test } from 'vitest';
import { keyValueBytes, keyValueBytesByLayer } from '../../../src/lib/views/layerCost.js';
import { publishedModels } from '../../../src/lib/views/publishedModels.js';

const byName = Object.fromEntries(publishedModels.map((model) => [model.name, model]));

test('global layers of the released models, counted from 0', () => {
	const globals = publishedModels.map(({ layerTypes }) =>
		layerTypes.flatMap((type, layer) => (type === 'full_attention' ? [layer] : []))
	);
	expect(globals[0]).toEqual([5, 11, 17]);
	expect(globals.map((layers) => layers.length)).toEqual([3, 4, 5, 8, 10]);
	expect(publishedModels.map(({ layerTypes }) => layerTypes.at(-1))).toEqual([
		'full_attention',
		'sliding_attention',
		'sliding_attention',
		'full_attention',
		'sliding_attention'
	]);
});

test('a token takes as many bytes as heads and head size say', () => {
	// 4B: 34 layers · 2 · 4 heads · 256 · 4 bytes = 272 KiB in fp32.
	const perToken = publishedModels.map((model) => keyValueBytes(model, 1).allGlobal / 1024);
	expect(perToken).toEqual([36, 52, 272, 768, 992]);
});

test('a 27B cache of 131,072 tokens: layer by layer, and a sixth of an all-global one', () => {
	const model = byName['Gemma 3 27B'];
	const layers = keyValueBytesByLayer(model, 131_072, 2);
	expect(layers[0]).toBe(2 * 16 * 128 * 2 * 1024);
	expect(layers[5]).toBe(2 * 16 * 128 * 2 * 131_072);
	const { withWindows, allGlobal } = keyValueBytes(model, 131_072);
	expect(layers.reduce((a, b) => a + b) * 2).toBe(withWindows);
	expect(allGlobal / withWindows).toBe((62 * 131_072) / (10 * 131_072 + 52 * 1024));
});

test('only models that read long contexts stretch the global RoPE', () => {
	for (const { contextLength, ropeParameters } of publishedModels) {
		const { full_attention, sliding_attention } = ropeParameters;
		expect(full_attention.ropeType).toBe(contextLength > 32_768 ? 'linear' : 'default');
		expect(sliding_attention).toEqual({ ropeType: 'default', ropeTheta: 10_000 });
	}
});

test('query scaling is the head size, but for 27B hidden size over heads', () => {
	for (const model of publishedModels) {
		const expected =
			model.name === 'Gemma 3 27B' ? model.hiddenSize / model.numAttentionHeads : model.headDim;
		expect(model.queryPreAttnScalar).toBe(expected);
	}
});
