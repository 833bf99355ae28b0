import type { Gemma3Config, Gemma3TextConfig, SiglipVisionConfig } from './configuration.js';
import { UnsupportedModelError } from './errors.js';

/** Canonical name → shape. */
export type ExpectedWeights = ReadonlyMap<string, readonly number[]>;

export interface ExpectedWeightsOptions {
	/** `lm`: next tokens; `score`: classification; `none`: hidden states only. */
	readonly head: 'lm' | 'score' | 'none';
	/** Whether the vision tower and the projector are wanted. */
	readonly vision: boolean;
}

/**
 * Every weight that a model of this configuration needs, with its shape as PyTorch has it
 * (`[out, in]` for a linear layer). A tied language head is not among them.
 *
 * @throws UnsupportedModelError for `vision` without a vision configuration, or `score` without labels
 */
export function expectedWeights(
	config: Gemma3Config,
	{ head, vision }: ExpectedWeightsOptions
): Map<string, readonly number[]> {
	const { textConfig, visionConfig } = config;
	const weights = new Map(textWeights(textConfig));
	if (head === 'lm' && !textConfig.tieWordEmbeddings) {
		weights.set('lm_head.weight', [textConfig.vocabSize, textConfig.hiddenSize]);
	}
	if (head === 'score') {
		if (config.id2label.length === 0) {
			throw new UnsupportedModelError(
				'config.id2label is empty: this checkpoint classifies nothing'
			);
		}
		weights.set('score.weight', [config.id2label.length, textConfig.hiddenSize]);
	}
	if (vision) {
		if (!visionConfig) {
			throw new UnsupportedModelError(
				'config.vision_config is missing: this checkpoint reads text only'
			);
		}
		for (const [name, shape] of visionWeights(visionConfig, textConfig.hiddenSize)) {
			weights.set(name, shape);
		}
	}
	return weights;
}

type Entry = [name: string, shape: readonly number[]];

function textWeights(config: Gemma3TextConfig): Entry[] {
	const { hiddenSize, intermediateSize, headDim, numAttentionHeads, numKeyValueHeads } = config;
	const queries = numAttentionHeads * headDim;
	const keys = numKeyValueHeads * headDim;
	const projections: [name: string, outputs: number, inputs: number][] = [
		['q_proj', queries, hiddenSize],
		['k_proj', keys, hiddenSize],
		['v_proj', keys, hiddenSize],
		['o_proj', hiddenSize, queries]
	];
	const layer: Entry[] = [
		['input_layernorm.weight', [hiddenSize]],
		...projections.map(([name, ...shape]): Entry => [`self_attn.${name}.weight`, shape]),
		...(config.attentionBias ? projections : []).map(([name, outputs]): Entry => [
			`self_attn.${name}.bias`,
			[outputs]
		]),
		['self_attn.q_norm.weight', [headDim]],
		['self_attn.k_norm.weight', [headDim]],
		['post_attention_layernorm.weight', [hiddenSize]],
		['pre_feedforward_layernorm.weight', [hiddenSize]],
		['mlp.gate_proj.weight', [intermediateSize, hiddenSize]],
		['mlp.up_proj.weight', [intermediateSize, hiddenSize]],
		['mlp.down_proj.weight', [hiddenSize, intermediateSize]],
		['post_feedforward_layernorm.weight', [hiddenSize]]
	];
	return [
		['embed_tokens.weight', [config.vocabSize, hiddenSize]],
		...repeat('layers', config.numHiddenLayers, layer),
		['norm.weight', [hiddenSize]]
	];
}

function visionWeights(config: SiglipVisionConfig, textHiddenSize: number): Entry[] {
	const { hiddenSize, intermediateSize, numChannels, patchSize } = config;
	const patches = Math.floor(config.imageSize / patchSize) ** 2;
	const layer = [
		...withBias('layer_norm1', [hiddenSize]),
		...['q_proj', 'k_proj', 'v_proj', 'out_proj'].flatMap((name) =>
			withBias(`self_attn.${name}`, [hiddenSize, hiddenSize])
		),
		...withBias('layer_norm2', [hiddenSize]),
		...withBias('mlp.fc1', [intermediateSize, hiddenSize]),
		...withBias('mlp.fc2', [hiddenSize, intermediateSize])
	];
	return [
		...withBias('vision_tower.embeddings.patch_embedding', [
			hiddenSize,
			numChannels,
			patchSize,
			patchSize
		]),
		['vision_tower.embeddings.position_embedding.weight', [patches, hiddenSize]],
		...repeat('vision_tower.encoder.layers', config.numHiddenLayers, layer),
		...withBias('vision_tower.post_layernorm', [hiddenSize]),
		['multi_modal_projector.mm_input_projection_weight', [hiddenSize, textHiddenSize]],
		['multi_modal_projector.mm_soft_emb_norm.weight', [hiddenSize]]
	];
}

function withBias(name: string, shape: readonly number[]): Entry[] {
	return [
		[`${name}.weight`, shape],
		[`${name}.bias`, [shape[0]]]
	];
}

function repeat(prefix: string, count: number, layer: readonly Entry[]): Entry[] {
	return Array.from({ length: count }, (_, i) =>
		layer.map(([name, shape]): Entry => [`${prefix}.${i}.${name}`, shape])
	).flat();
}
