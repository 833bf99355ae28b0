import type { GraphBuilder, OnnxDim } from '../onnx/graphBuilder.js';
import { geluTanh, rmsNorm, skipRmsNorm } from '../onnx/operators.js';
import { maybeMatrix, weightedLinear } from '../onnx/weightedLinear.js';
import type { Gemma3TextConfig, LayerType } from './configuration.js';
import { onePlus } from './rmsNorm.js';
import { tensorOf, type Weights } from './weights.js';

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
	/** Gives out what it computes on its way: attention, states, and rows of inner values. */
	readonly givesInner: boolean;
}

/** What attention is made of: projected, not yet normed, rotated or stored. */
export interface Projections {
	readonly query: string;
	readonly key: string;
	readonly value: string;
}

/** What a layer computes on its way: queries after norm, scale and RoPE; what each half adds to the stream. */
export type ProbedPart = 'queries' | 'attention_added' | 'mlp_added';

/** Adds one decoder layer to a graph. Every residual sum and the norm that follows it are one node. */
export abstract class DecoderLayer {
	protected readonly kind: LayerType;

	constructor(protected readonly options: LayerOptions) {
		this.kind = options.config.layerTypes[options.layer];
	}

	/** Of the hidden states. */
	abstract readonly stateDims: readonly OnnxDim[];

	/** From projections `[batch, queries, heads · headDim]` to the mixed values of the same shape. */
	protected abstract attend(projections: Projections): string;

	/** @returns the stream before the feed-forward part */
	attention({ residual, normed }: Stream): Stream {
		const mixed = this.attend({
			query: this.linear('self_attn.q_proj', normed),
			key: this.linear('self_attn.k_proj', normed),
			value: this.linear('self_attn.v_proj', normed)
		});
		const added = this.norm('post_attention_layernorm', this.linear('self_attn.o_proj', mixed));
		this.probe('attention_added', added, 1);
		const scale = this.scale('pre_feedforward_layernorm');
		return this.#add(residual, added, scale, { sum: `attended.${this.options.layer}` });
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
		const gate = geluTanh(graph, this.linear('mlp.gate_proj', normed));
		const down = this.down(gate, this.linear('mlp.up_proj', normed));
		const added = this.norm('post_feedforward_layernorm', down);
		this.probe('mlp_added', added, 1);
		return this.#add(residual, added, nextScale, names);
	}

	/** Lets a graph that can be looked into give out some rows of what it computes anyway. */
	protected probe(_part: ProbedPart, _x: string, _rowAxis: number): void {}

	/** A norm's scale as a weight of the graph. */
	scale(name: string, factor = 1): string {
		const path = `layers.${this.options.layer}.${name}.weight`;
		const weight = tensorOf(this.options.weights, path);
		return this.options.graph.weight(path, weight.dims, () => onePlus(weight, factor));
	}

	/** The reference scales the scores; scaling the normed query instead saves a pass over them. */
	protected queryNorm(x: string): string {
		return this.norm('self_attn.q_norm', x, this.options.config.queryPreAttnScalar ** -0.5);
	}

	/** The down projection of gate × up. */
	protected down(gate: string, up: string): string {
		return this.linear('mlp.down_proj', this.options.graph.node('Mul', [gate, up]));
	}

	protected norm(name: string, x: string, factor = 1): string {
		const { graph, config } = this.options;
		return rmsNorm(graph, x, this.scale(name, factor), config.rmsNormEps);
	}

	protected rotate(x: string, name?: string): string {
		const inputs = [x, 'rope_rows', `rope_cos.${this.kind}`, `rope_sin.${this.kind}`];
		return this.options.graph.node('RotaryEmbedding', inputs, { domain: 'com.microsoft', name });
	}

	/** Writes the new rows into the cache and returns the whole of it. */
	protected store(part: 'key' | 'value', fresh: string, dims: readonly OnnxDim[]): string {
		const { graph, layer } = this.options;
		const past = graph.input(`past.${layer}.${part}`, 'float32', dims);
		const present = `present.${layer}.${part}`;
		graph.node('ScatterND', [past, `cache_rows.${this.kind}`, fresh], { name: present });
		graph.output(present, 'float32', dims);
		return present;
	}

	protected linear(name: string, x: string): string {
		const { graph, weights } = this.options;
		const path = this.path(name);
		const product = weightedLinear(graph, x, `${path}.weight`, weights.get(`${path}.weight`)!);
		if (!weights.has(`${path}.bias`)) return product;
		const bias = tensorOf(weights, `${path}.bias`);
		return graph.node('Add', [product, graph.weight(`${path}.bias`, bias.dims, bias.data)]);
	}

	/** A projection's weight, `[in, out]`; undefined if it is quantised. */
	protected matrix(name: string): string | undefined {
		const path = `${this.path(name)}.weight`;
		return maybeMatrix(this.options.graph, path, this.options.weights.get(path)!);
	}

	/** Of a part of this layer. */
	protected path(name: string): string {
		return `layers.${this.options.layer}.${name}`;
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
}
