/**
 * Prefixes that published checkpoints put before a part, longest first, with what we write.
 * Releases of transformers renamed the parts: `language_model.model.layers…` became
 * `model.language_model.layers…`, `vision_tower.vision_model.…` became `vision_tower.…`.
 */
const spellings: readonly (readonly [RegExp, string])[] = [
	[/^(model\.)?language_model\.lm_head\./, 'lm_head.'],
	[
		/^(model\.language_model\.|language_model\.model\.|language_model\.|model\.)(?=(embed_tokens|layers|norm)\.)/,
		''
	],
	[/^(model\.)?vision_tower\.(vision_model\.)?/, 'vision_tower.'],
	[/^(model\.)?multi_modal_projector\./, 'multi_modal_projector.']
];

/** Constants that older releases saved beside the weights: computed from the configuration here. */
const buffers = /(^|\.)(position_ids|rotary_emb(_local)?\.inv_freq|embed_scale)$/;

/**
 * The one name under which we know a weight, whatever release of transformers saved it:
 * `layers.0.self_attn.q_proj.weight`, `vision_tower.encoder.layers.0.mlp.fc1.bias`,
 * `lm_head.weight`. A name that is no weight of Gemma 3 comes back as it is.
 *
 * @returns null for a buffer, which is no weight and may be left out
 */
export function toCanonicalName(name: string): string | null {
	if (buffers.test(name)) return null;
	const spelling = spellings.find(([prefix]) => prefix.test(name));
	return spelling ? name.replace(...spelling) : name;
}
