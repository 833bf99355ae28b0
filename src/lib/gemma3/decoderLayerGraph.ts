import type { GraphBuilder } from '../onnx/graphBuilder.js';
import { geluTanh, linear, reshape, rmsNorm, skipRmsNorm, transpose } from '../onnx/operators.js';
import { transposeMatrix } from '../tensor/transpose.js';
import type { Gemma3TextConfig, LayerType } from './configuration.js';
import { onePlus } from './rmsNorm.js';
import type { Weights } from './weights.js';

/** The residual stream, and the norm of it that the next part of a layer takes. */
export interface Stream {
	readonly residual: string;
	readonly normed: string;
}

export interface LayerOptions {
	readonly graph: GraphBuilder;
	readonly config: Gemma3TextConfig;
	readonly weights: Weights;
	readonly layer: number;
	/** One token of one prompt: a reshape does what otherwise needs a transpose. */
	readonly isSingle: boolean;
}

/** Adds one decoder layer to a graph. Every residual sum and the norm that follows it are one node. */
export class LayerBuilder {
	readonly #kind: LayerType;

	constructor(readonly options: LayerOptions) {
		this.#kind = options.config.layerTypes[options.layer];
	}

	/** @returns the stream before the feed-forward part */
	attention({ residual, normed }: Stream): Stream {
		const { graph, config, layer, isSingle } = this.options;
		const { numAttentionHeads: heads, numKeyValueHeads: kvHeads, headDim } = config;
		// The reference scales the scores; scaling the normed query instead saves a pass over them.
		const scale = config.queryPreAttnScalar ** -0.5;
		const query = this.#rotate(this.#normHeads('q', normed, heads, scale));
		const newKey = this.#rotate(this.#normHeads('k', normed, kvHeads), `new.${layer}.key`);
		const values = this.#project('v', normed, kvHeads);
		const newValue = this.#toHeads(values, kvHeads, `new.${layer}.value`);
		const key = this.#cache('key', newKey);
		const value = this.#cache('value', newValue);

		// Heads of one group share a key head: stack their queries instead of repeating the keys.
		const grouped = reshape(graph, query, [0, kvHeads, -1, headDim]);
		const scores = graph.node('MatMul', [grouped, transpose(graph, key, [0, 1, 3, 2])]);
		const perHead = reshape(graph, scores, isSingle ? [1, heads, 1, -1] : [0, heads, -1, 0]);
		const [batch, queries] = isSingle ? [1, 1] : ['batch', 'queries'];
		const keys = `keys.${this.#kind}`;
		graph.input(`mask.${layer}`, 'float32', [batch, `mask_heads.${layer}`, queries, keys]);
		const masked = graph.node('Add', [perHead, `mask.${layer}`]);
		const attributes = { axis: -1 };
		const weights = graph.node('Softmax', [masked], { attributes, name: `attentions.${layer}` });
		graph.output(weights, 'float32', [batch, heads, queries, keys]);

		const stacked = reshape(graph, weights, isSingle ? [1, kvHeads, -1, 0] : [0, kvHeads, -1, 0]);
		const mixed = graph.node('MatMul', [stacked, value]); // [batch, kvHeads, heads / kvHeads · queries, headDim]
		return this.#add(
			residual,
			this.#norm('post_attention_layernorm', this.#linear('self_attn.o_proj', this.#join(mixed))),
			this.scale('pre_feedforward_layernorm'),
			{ sum: `attended.${layer}` }
		);
	}

	/**
	 * @param nextScale of the norm behind the layer
	 * @param names of the residual sum, and of the norm where it is an output
	 * @returns the stream behind the layer
	 */
	mlp(
		{ residual, normed }: Stream,
		nextScale: string,
		names: { readonly sum: string; readonly name?: string }
	): Stream {
		const { graph } = this.options;
		const gate = geluTanh(graph, this.#linear('mlp.gate_proj', normed));
		const product = graph.node('Mul', [gate, this.#linear('mlp.up_proj', normed)]);
		const added = this.#norm('post_feedforward_layernorm', this.#linear('mlp.down_proj', product));
		return this.#add(residual, added, nextScale, names);
	}

	/** A norm's scale as a weight of the graph. */
	scale(name: string, factor = 1): string {
		const path = `layers.${this.options.layer}.${name}.weight`;
		const weight = this.options.weights.get(path)!;
		return this.options.graph.weight(path, weight.dims, () => onePlus(weight, factor));
	}

	/** `[batch, queries, heads, headDim]` */
	#project(which: 'q' | 'k' | 'v', x: string, heads: number): string {
		const projected = this.#linear(`self_attn.${which}_proj`, x);
		return reshape(this.options.graph, projected, [0, 0, heads, this.options.config.headDim]);
	}

	/** `[batch, heads, queries, headDim]` from `[batch, queries, heads, headDim]` */
	#toHeads(x: string, heads: number, name?: string): string {
		const { graph, config, isSingle } = this.options;
		if (isSingle) return reshape(graph, x, [1, heads, 1, config.headDim], name);
		return transpose(graph, x, [0, 2, 1, 3], name);
	}

	/** Projection, norm over each head, and the heads' own axis. */
	#normHeads(which: 'q' | 'k', x: string, heads: number, factor = 1): string {
		const projected = this.#project(which, x, heads);
		return this.#toHeads(this.#norm(`self_attn.${which}_norm`, projected, factor), heads);
	}

	#rotate(x: string, name?: string): string {
		const inputs = [x, 'rope_rows', `rope_cos.${this.#kind}`, `rope_sin.${this.#kind}`];
		return this.options.graph.node('RotaryEmbedding', inputs, { domain: 'com.microsoft', name });
	}

	/** Writes the new rows into the cache and returns the whole of it. */
	#cache(part: 'key' | 'value', fresh: string): string {
		const { graph, layer, isSingle, config } = this.options;
		const { numKeyValueHeads: kvHeads, headDim } = config;
		const [batch, queries] = isSingle ? [1, 1] : ['batch', 'queries'];
		graph.output(fresh, 'float32', [batch, kvHeads, queries, headDim]);
		const dims = [batch, kvHeads, `keys.${this.#kind}`, headDim];
		const past = graph.input(`past.${layer}.${part}`, 'float32', dims);
		const present = `present.${layer}.${part}`;
		graph.node('ScatterND', [past, `cache_rows.${this.#kind}`, fresh], { name: present });
		graph.output(present, 'float32', dims);
		return present;
	}

	/** `[batch, queries, heads · headDim]` */
	#join(mixed: string): string {
		const { graph, config, isSingle } = this.options;
		const { numAttentionHeads: heads, headDim } = config;
		if (isSingle) return reshape(graph, mixed, [1, 1, heads * headDim]);
		const perHead = reshape(graph, mixed, [0, heads, -1, headDim]);
		return reshape(graph, transpose(graph, perHead, [0, 2, 1, 3]), [0, 0, heads * headDim]);
	}

	#norm(name: string, x: string, factor = 1): string {
		return rmsNorm(this.options.graph, x, this.scale(name, factor), this.options.config.rmsNormEps);
	}

	#add(
		residual: string,
		added: string,
		scale: string,
		names: { readonly sum: string; readonly name?: string }
	): Stream {
		const { graph, config } = this.options;
		const normed = skipRmsNorm(graph, residual, added, scale, config.rmsNormEps, names);
		return { residual: names.sum, normed };
	}

	#linear(name: string, x: string): string {
		const { graph, weights, layer } = this.options;
		const path = `layers.${layer}.${name}`;
		const weight = weights.get(`${path}.weight`)!;
		const [rows, columns] = weight.dims;
		const transposed = () => transposeMatrix(weight.data, rows, columns);
		const bias = weights.get(`${path}.bias`);
		return linear(
			graph,
			x,
			graph.weight(`${path}.weight`, [columns, rows], transposed),
			bias && graph.weight(`${path}.bias`, bias.dims, bias.data)
		);
	}
}
