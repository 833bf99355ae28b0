import { GraphBuilder, type OnnxModel } from '../onnx/graphBuilder.js';
import { geluTanh, layerNorm, reshape, rmsNorm, transpose } from '../onnx/operators.js';
import { weightedLinear } from '../onnx/weightedLinear.js';
import type { Gemma3Config, SiglipVisionConfig } from './configuration.js';
import { onePlus } from './rmsNorm.js';
import { tensorOf, type Weights } from './weights.js';

/**
 * SigLIP tower and projector as an ONNX model.
 *
 * Input `pixel_values` `[images, 3, imageSize, imageSize]`. Outputs `features` `[images,
 * mmTokensPerImage, text hiddenSize]`, `hidden_states.0 … N` `[images, patches, hiddenSize]` (the
 * patch embeddings first, each layer after it, the last one before the final norm, as in Hugging
 * Face) and `query.L`, `key.L` `[images, patches, hiddenSize]`, from which any row of an attention
 * map can be had: a whole map of 4096 × 4096 never exists.
 *
 * Ports SiglipVisionModel and Gemma3MultiModalProjector (transformers).
 */
export function buildVisionGraph(config: Gemma3Config, weights: Weights): OnnxModel {
	const vision = config.visionConfig!;
	const graph = new GraphBuilder();
	const tower = new TowerBuilder(graph, vision, weights);
	let x = tower.embeddings();
	for (let layer = 0; layer < vision.numHiddenLayers; layer++) x = tower.layer(x, layer);
	const normed = tower.norm('post_layernorm', x);
	projector(graph, config, weights, normed);
	return graph.build('gemma3-vision');
}

/** Pools the patches to soft tokens and maps them to the decoder's width. */
function projector(graph: GraphBuilder, config: Gemma3Config, weights: Weights, x: string) {
	const { hiddenSize, imageSize, patchSize, layerNormEps } = config.visionConfig!;
	const patchesPerSide = imageSize / patchSize;
	const side = patchesPerSide / Math.sqrt(config.mmTokensPerImage);
	const channelsFirst = transpose(graph, x, [0, 2, 1]);
	const picture = reshape(graph, channelsFirst, [0, hiddenSize, patchesPerSide, patchesPerSide]);
	const attributes = { kernel_shape: [side, side], strides: [side, side] };
	const pooled = graph.node('AveragePool', [picture], { attributes });
	const tokens = transpose(graph, reshape(graph, pooled, [0, hiddenSize, -1]), [0, 2, 1]);
	const norm = tensorOf(weights, 'multi_modal_projector.mm_soft_emb_norm.weight');
	const scale = graph.weight('mm_soft_emb_norm', norm.dims, onePlus(norm));
	const normed = rmsNorm(graph, tokens, scale, layerNormEps);
	// This one weight is stored as [in, out] already.
	const projection = tensorOf(weights, 'multi_modal_projector.mm_input_projection_weight');
	const weight = graph.weight('mm_input_projection', projection.dims, projection.data);
	graph.node('MatMul', [normed, weight], { name: 'features' });
	const { hiddenSize: width } = config.textConfig;
	graph.output('features', 'float32', ['images', config.mmTokensPerImage, width]);
}

class TowerBuilder {
	readonly #patches: number;

	constructor(
		readonly graph: GraphBuilder,
		readonly config: SiglipVisionConfig,
		readonly weights: Weights
	) {
		this.#patches = (config.imageSize / config.patchSize) ** 2;
	}

	/** `[images, patches, hiddenSize]` */
	embeddings(): string {
		const { graph } = this;
		const { numChannels, imageSize, patchSize, hiddenSize } = this.config;
		const dims = ['images', numChannels, imageSize, imageSize];
		const pixels = graph.input('pixel_values', 'float32', dims);
		const weight = this.#weight('embeddings.patch_embedding.weight');
		const bias = this.#weight('embeddings.patch_embedding.bias');
		const attributes = { kernel_shape: [patchSize, patchSize], strides: [patchSize, patchSize] };
		const convolved = graph.node('Conv', [pixels, weight, bias], { attributes });
		const patches = transpose(graph, reshape(graph, convolved, [0, hiddenSize, -1]), [0, 2, 1]);
		const positions = this.#weight('embeddings.position_embedding.weight');
		return this.#output('hidden_states.0', graph.node('Add', [patches, positions]));
	}

	/** `[images, patches, hiddenSize]` in and out */
	layer(x: string, layer: number): string {
		const { graph } = this;
		const path = `encoder.layers.${layer}`;
		const normed = this.norm(`${path}.layer_norm1`, x);
		const project = (which: string) => this.#linear(`${path}.self_attn.${which}_proj`, normed);
		const query = this.#output(`query.${layer}`, project('q'));
		const key = this.#output(`key.${layer}`, project('k'));
		const attributes = { num_heads: this.config.numAttentionHeads };
		const mixed = graph.node('MultiHeadAttention', [query, key, project('v')], {
			attributes,
			domain: 'com.microsoft'
		});
		const attended = graph.node('Add', [x, this.#linear(`${path}.self_attn.out_proj`, mixed)]);
		const inner = this.norm(`${path}.layer_norm2`, attended);
		const hidden = geluTanh(graph, this.#linear(`${path}.mlp.fc1`, inner));
		const sum = graph.node('Add', [attended, this.#linear(`${path}.mlp.fc2`, hidden)]);
		return this.#output(`hidden_states.${layer + 1}`, sum);
	}

	norm(name: string, x: string): string {
		const scale = this.#weight(`${name}.weight`);
		return layerNorm(this.graph, x, scale, this.#weight(`${name}.bias`), this.config.layerNormEps);
	}

	#output(name: string, x: string): string {
		this.graph.node('Identity', [x], { name });
		this.graph.output(name, 'float32', ['images', this.#patches, this.config.hiddenSize]);
		return name;
	}

	#linear(name: string, x: string): string {
		const weight = this.weights.get(`vision_tower.${name}.weight`)!;
		const product = weightedLinear(this.graph, x, `${name}.weight`, weight);
		return this.graph.node('Add', [product, this.#weight(`${name}.bias`)]);
	}

	#weight(name: string): string {
		const weight = tensorOf(this.weights, `vision_tower.${name}`);
		return this.graph.weight(name, weight.dims, weight.data);
	}
}
