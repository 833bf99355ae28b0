import { GraphBuilder, type OnnxModel } from '../onnx/graphBuilder.js';
import { geluTanh, linear, reshape, rmsNorm, transpose } from '../onnx/operators.js';
import type { Tensor } from '../tensor/tensor.js';
import { transposeMatrix } from '../tensor/transpose.js';
import type { Gemma3TextConfig, LayerType } from './configuration.js';
import type { Weights } from './weights.js';

/**
 * The decoder as an ONNX model: embeddings in, every attention map and hidden state out.
 *
 * | input | shape | |
 * | --- | --- | --- |
 * | `inputs_embeds` | `[batch, queries, hiddenSize]` | scaled, images spliced in |
 * | `rope_rows` | `[batch, queries]` int64 | row of the tables below |
 * | `rope_cos.KIND`, `rope_sin.KIND` | `[rows, headDim / 2]` | for each layer kind in use |
 * | `cache_rows` | `[batch, kvHeads, queries, 3]` int64 | where the new keys and values go in the cache |
 * | `mask.L` | `[batch, 1 or heads, queries, keys]` | additive, finite |
 * | `past.L.key`, `past.L.value` | `[batch, kvHeads, keys, headDim]` | the cache, keys after RoPE |
 *
 * Outputs: `attentions.L` `[batch, heads, queries, keys]`, `hidden_states.1 … N`
 * `[batch, queries, hiddenSize]` (the last one after the final norm), `present.L.key/value` (the
 * whole cache) and `new.L.key/value` `[batch, kvHeads, queries, headDim]` (what this run adds).
 *
 * Ports Gemma3TextModel (transformers, modeling_gemma3.py) with eager attention. The tables hold
 * only the rows of the run, so that no position is out of reach and none is stored in the graph.
 */
export function buildDecoderGraph(config: Gemma3TextConfig, weights: Weights): OnnxModel {
	const graph = new GraphBuilder();
	const { hiddenSize, numHiddenLayers, headDim } = config;
	let x = graph.input('inputs_embeds', 'float32', ['batch', 'queries', hiddenSize]);
	graph.input('rope_rows', 'int64', ['batch', 'queries']);
	graph.input('cache_rows', 'int64', ['batch', config.numKeyValueHeads, 'queries', 3]);
	for (const kind of new Set(config.layerTypes)) {
		graph.input(`rope_cos.${kind}`, 'float32', ['rope_rows', headDim / 2]);
		graph.input(`rope_sin.${kind}`, 'float32', ['rope_rows', headDim / 2]);
	}
	for (let layer = 0; layer < numHiddenLayers; layer++) {
		const builder = new LayerBuilder(graph, config, weights, layer);
		x = builder.mlp(builder.attention(x));
		if (layer < numHiddenLayers - 1) x = builder.hiddenState(x);
	}
	const last = `hidden_states.${numHiddenLayers}`;
	const scale = graph.weight('norm.weight', [hiddenSize], onePlus(weights.get('norm.weight')!));
	rmsNorm(graph, x, scale, config.rmsNormEps, last);
	graph.output(last, 'float32', ['batch', 'queries', hiddenSize]);
	return graph.build('gemma3-decoder');
}

/** Gemma stores the norm's scale as a distance from one. */
export function onePlus(weight: Tensor, factor = 1): Float32Array {
	return weight.data.map((value) => (1 + value) * factor);
}

class LayerBuilder {
	readonly #kind: LayerType;
	readonly #prefix: string;

	constructor(
		readonly graph: GraphBuilder,
		readonly config: Gemma3TextConfig,
		readonly weights: Weights,
		readonly layer: number
	) {
		this.#kind = config.layerTypes[layer];
		this.#prefix = `layers.${layer}`;
	}

	/** Residual stream in and out, `[batch, queries, hiddenSize]`. */
	attention(x: string): string {
		const { graph, layer } = this;
		const { numAttentionHeads: heads, numKeyValueHeads: kvHeads, headDim } = this.config;
		const normed = this.#norm('input_layernorm', x);
		// The reference scales the scores; scaling the normed query instead saves a pass over them.
		const scale = this.config.queryPreAttnScalar ** -0.5;
		const query = this.#rotate(
			this.#norm('self_attn.q_norm', this.#project('q', normed, heads), scale)
		);
		const newKey = this.#rotate(
			this.#norm('self_attn.k_norm', this.#project('k', normed, kvHeads))
		);
		const newValue = this.#toHeads(this.#project('v', normed, kvHeads));
		const key = this.#cache('key', newKey);
		const value = this.#cache('value', newValue);

		// Heads of one group share a key head: stack their queries instead of repeating the keys.
		const grouped = reshape(graph, query, [0, kvHeads, -1, headDim]);
		const scores = graph.node('MatMul', [grouped, transpose(graph, key, [0, 1, 3, 2])]);
		const perHead = reshape(graph, scores, [0, heads, -1, 0]); // [batch, heads, queries, keys]
		graph.input(`mask.${layer}`, 'float32', ['batch', `mask_heads.${layer}`, 'queries', 'keys']);
		const masked = graph.node('Add', [perHead, `mask.${layer}`]);
		const attributes = { axis: -1 };
		const weights = graph.node('Softmax', [masked], { attributes, name: `attentions.${layer}` });
		graph.output(weights, 'float32', ['batch', heads, 'queries', 'keys']);

		const stacked = reshape(graph, weights, [0, kvHeads, -1, 0]);
		const mixed = reshape(graph, graph.node('MatMul', [stacked, value]), [0, heads, -1, headDim]);
		const joined = reshape(graph, transpose(graph, mixed, [0, 2, 1, 3]), [0, 0, heads * headDim]);
		const added = this.#norm('post_attention_layernorm', this.#linear('self_attn.o_proj', joined));
		return graph.node('Add', [x, added]);
	}

	/** Residual stream in and out, `[batch, queries, hiddenSize]`. */
	mlp(x: string): string {
		const { graph } = this;
		const normed = this.#norm('pre_feedforward_layernorm', x);
		const gate = geluTanh(graph, this.#linear('mlp.gate_proj', normed));
		const product = graph.node('Mul', [gate, this.#linear('mlp.up_proj', normed)]);
		const added = this.#norm('post_feedforward_layernorm', this.#linear('mlp.down_proj', product));
		return graph.node('Add', [x, added]);
	}

	/** Gives the stream after this layer its public name. */
	hiddenState(x: string): string {
		const name = `hidden_states.${this.layer + 1}`;
		this.graph.node('Identity', [x], { name });
		this.graph.output(name, 'float32', ['batch', 'queries', this.config.hiddenSize]);
		return name;
	}

	/** `[batch, queries, heads, headDim]` */
	#project(which: 'q' | 'k' | 'v', x: string, heads: number): string {
		const projected = this.#linear(`self_attn.${which}_proj`, x);
		return reshape(this.graph, projected, [0, 0, heads, this.config.headDim]);
	}

	#toHeads(x: string): string {
		return transpose(this.graph, x, [0, 2, 1, 3]); // [batch, heads, queries, headDim]
	}

	#rotate(x: string): string {
		const kind = this.#kind;
		const inputs = [this.#toHeads(x), 'rope_rows', `rope_cos.${kind}`, `rope_sin.${kind}`];
		return this.graph.node('RotaryEmbedding', inputs, { domain: 'com.microsoft' });
	}

	/** Writes the new rows into the cache and returns the whole of it. */
	#cache(part: 'key' | 'value', fresh: string): string {
		const { graph, layer } = this;
		const { numKeyValueHeads: kvHeads, headDim } = this.config;
		const added = graph.node('Identity', [fresh], { name: `new.${layer}.${part}` });
		graph.output(added, 'float32', ['batch', kvHeads, 'queries', headDim]);
		const dims = ['batch', kvHeads, 'keys', headDim];
		const past = graph.input(`past.${layer}.${part}`, 'float32', dims);
		const present = `present.${layer}.${part}`;
		graph.node('ScatterND', [past, 'cache_rows', fresh], { name: present });
		graph.output(present, 'float32', dims);
		return present;
	}

	#norm(name: string, x: string, factor = 1): string {
		const path = `${this.#prefix}.${name}.weight`;
		const weight = this.weights.get(path)!;
		const scale = this.graph.weight(path, weight.dims, onePlus(weight, factor));
		return rmsNorm(this.graph, x, scale, this.config.rmsNormEps);
	}

	#linear(name: string, x: string): string {
		const path = `${this.#prefix}.${name}`;
		const weight = this.weights.get(`${path}.weight`)!;
		const [rows, columns] = weight.dims;
		const transposed = transposeMatrix(weight.data, rows, columns);
		const bias = this.weights.get(`${path}.bias`);
		return linear(
			this.graph,
			x,
			this.graph.weight(`${path}.weight`, [columns, rows], transposed),
			bias && this.graph.weight(`${path}.bias`, bias.dims, bias.data)
		);
	}
}
