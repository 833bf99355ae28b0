import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { expectedWeights } from '../../../src/lib/gemma3/expectedWeights.js';
import { parseGemma3Config } from '../../../src/lib/gemma3/parseConfiguration.js';
import { randomWeights } from '../../../src/lib/gemma3/randomWeights.js';

const json = await readFile('test/fixtures/goldens/multimodal/config.json', 'utf8');
const config = parseGemma3Config(JSON.parse(json));
const all = expectedWeights(config, { head: 'lm', vision: true });

test('a seed gives the same weights again, another seed others', () => {
	const name = 'layers.3.mlp.up_proj.weight';
	const [first, again, other] = [5, 5, 6].map((seed) =>
		randomWeights(all, config, seed).get(name)!
	);
	expect(first.data).toEqual(again.data);
	expect(first.data).not.toEqual(other.data);
	expect(first.dims).toEqual([128, 64]);
});

test('no two tensors are alike, and a tensor does not depend on the others', () => {
	const weights = randomWeights(all, config, 5);
	const [gate, up] = ['gate', 'up'].map((name) => weights.get(`layers.0.mlp.${name}_proj.weight`)!);
	expect(gate.data).not.toEqual(up.data);
	const text = randomWeights(expectedWeights(config, { head: 'none', vision: false }), config, 5);
	expect(text.get('layers.0.mlp.gate_proj.weight')!.data).toEqual(gate.data);
});

test('deviations are initializerRange', () => {
	const wide = { ...config, textConfig: { ...config.textConfig, initializerRange: 0.5 } };
	const weights = randomWeights(all, wide, 5);
	for (const [name, range] of [
		['layers.0.mlp.up_proj.weight', 0.5],
		['vision_tower.encoder.layers.0.mlp.fc1.weight', config.initializerRange],
		['multi_modal_projector.mm_input_projection_weight', config.initializerRange]
	] as const) {
		const { data } = weights.get(name)!;
		const deviation = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);
		expect(Math.abs(deviation / range - 1)).toBeLessThan(0.06);
	}
});

test('norms change nothing, biases and the padding row are 0', () => {
	const weights = randomWeights(all, config, 5);
	const isAll = (name: string, value: number) =>
		weights.get(name)!.data.every((weight) => weight === value);
	expect(isAll('layers.0.input_layernorm.weight', 0)).toBe(true);
	expect(isAll('layers.0.self_attn.k_norm.weight', 0)).toBe(true);
	expect(isAll('norm.weight', 0)).toBe(true);
	expect(isAll('multi_modal_projector.mm_soft_emb_norm.weight', 0)).toBe(true);
	expect(isAll('vision_tower.encoder.layers.1.layer_norm2.weight', 1)).toBe(true);
	expect(isAll('vision_tower.post_layernorm.weight', 1)).toBe(true);
	expect(isAll('vision_tower.post_layernorm.bias', 0)).toBe(true);
	expect(isAll('vision_tower.embeddings.patch_embedding.bias', 0)).toBe(true);
	const embedding = weights.get('embed_tokens.weight')!.data;
	expect(embedding.subarray(0, 64).every((value) => value === 0)).toBe(true);
	expect(embedding.subarray(64, 128).some((value) => value === 0)).toBe(false);
});
