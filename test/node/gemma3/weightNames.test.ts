import { expect, test } from 'vitest';
import { toCanonicalName } from '../../../src/lib/gemma3/weightNames.js';

test('every published spelling of a weight has one name', () => {
	const spellings: Record<string, string[]> = {
		'embed_tokens.weight': [
			'model.embed_tokens.weight',
			'language_model.model.embed_tokens.weight',
			'model.language_model.embed_tokens.weight',
			'language_model.embed_tokens.weight',
			'embed_tokens.weight'
		],
		'layers.11.self_attn.q_norm.weight': [
			'model.layers.11.self_attn.q_norm.weight',
			'language_model.model.layers.11.self_attn.q_norm.weight',
			'model.language_model.layers.11.self_attn.q_norm.weight',
			'layers.11.self_attn.q_norm.weight'
		],
		'norm.weight': [
			'model.norm.weight',
			'language_model.model.norm.weight',
			'model.language_model.norm.weight',
			'norm.weight'
		],
		'lm_head.weight': ['lm_head.weight', 'language_model.lm_head.weight'],
		'score.weight': ['score.weight'],
		'vision_tower.embeddings.patch_embedding.bias': [
			'vision_tower.vision_model.embeddings.patch_embedding.bias',
			'vision_tower.embeddings.patch_embedding.bias',
			'model.vision_tower.vision_model.embeddings.patch_embedding.bias',
			'model.vision_tower.embeddings.patch_embedding.bias'
		],
		'vision_tower.encoder.layers.0.mlp.fc1.weight': [
			'vision_tower.vision_model.encoder.layers.0.mlp.fc1.weight',
			'model.vision_tower.encoder.layers.0.mlp.fc1.weight'
		],
		'multi_modal_projector.mm_input_projection_weight': [
			'multi_modal_projector.mm_input_projection_weight',
			'model.multi_modal_projector.mm_input_projection_weight'
		]
	};
	for (const [canonical, names] of Object.entries(spellings)) {
		for (const name of names) expect([name, toCanonicalName(name)]).toEqual([name, canonical]);
		expect(toCanonicalName(canonical)).toBe(canonical);
	}
});

test('buffers have no name', () => {
	for (const name of [
		'vision_tower.vision_model.embeddings.position_ids',
		'model.vision_tower.embeddings.position_ids',
		'model.layers.0.self_attn.rotary_emb.inv_freq',
		'model.rotary_emb.inv_freq',
		'language_model.model.rotary_emb_local.inv_freq',
		'model.language_model.embed_tokens.embed_scale'
	]) {
		expect([name, toCanonicalName(name)]).toEqual([name, null]);
	}
});

test('a name of another model stays as it is', () => {
	for (const name of [
		'transformer.h.0.attn.weight',
		'model.embed_positions.weight',
		'model.layersnorm.weight',
		'vision_model.post_layernorm.weight',
		'model.lm_head.weight',
		'position_ids_embedding.weight'
	]) {
		expect(toCanonicalName(name)).toBe(name);
	}
});
