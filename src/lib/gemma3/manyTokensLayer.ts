import { reshape, transpose } from '../onnx/operators.js';
import { DecoderLayer, type Projections } from './decoderLayerGraph.js';

/** A layer for any number of prompts and tokens. */
export class ManyTokensLayer extends DecoderLayer {
	get stateDims() {
		return ['batch', 'queries', this.options.config.hiddenSize];
	}

	protected attend(projections: Projections): string {
		const { graph, config, layer } = this.options;
		const { numAttentionHeads: heads, numKeyValueHeads: kvHeads, headDim } = config;
		const keys = `keys.${this.kind}`;
		const query = this.#toHeads(this.queryNorm(this.#split(projections.query, heads)));
		const newKey = this.#toHeads(
			this.norm('self_attn.k_norm', this.#split(projections.key, kvHeads))
		);
		const values = this.#split(projections.value, kvHeads);
		const key = this.#cache('key', this.rotate(newKey, `new.${layer}.key`));
		const value = this.#cache('value', this.#toHeads(values, `new.${layer}.value`));

		// Heads of one group share a key head: stack their queries instead of repeating the keys.
		const grouped = reshape(graph, this.rotate(query), [0, kvHeads, -1, headDim]);
		const scores = graph.node('MatMul', [grouped, transpose(graph, key, [0, 1, 3, 2])]);
		const perHead = reshape(graph, scores, [0, heads, -1, 0]); // [batch, heads, queries, keys]
		graph.input(`mask.${layer}`, 'float32', ['batch', `mask_heads.${layer}`, 'queries', keys]);
		const masked = graph.node('Add', [perHead, `mask.${layer}`]);
		const attributes = { axis: -1 };
		const weights = graph.node('Softmax', [masked], { attributes, name: `attentions.${layer}` });
		graph.output(weights, 'float32', ['batch', heads, 'queries', keys]);

		const stacked = reshape(graph, weights, [0, kvHeads, -1, 0]);
		const mixed = reshape(graph, graph.node('MatMul', [stacked, value]), [0, heads, -1, headDim]);
		return reshape(graph, transpose(graph, mixed, [0, 2, 1, 3]), [0, 0, heads * headDim]);
	}

	/** `[batch, queries, heads, headDim]` from `[batch, queries, heads · headDim]` */
	#split(x: string, heads: number): string {
		return reshape(this.options.graph, x, [0, 0, heads, this.options.config.headDim]);
	}

	/** `[batch, heads, queries, headDim]` */
	#toHeads(x: string, name?: string): string {
		return transpose(this.options.graph, x, [0, 2, 1, 3], name);
	}

	#cache(part: 'key' | 'value', fresh: string): string {
		const { graph, config } = this.options;
		const { numKeyValueHeads: kvHeads, headDim } = config;
		graph.output(fresh, 'float32', ['batch', kvHeads, 'queries', headDim]);
		return this.store(part, fresh, ['batch', kvHeads, `keys.${this.kind}`, headDim]);
	}
}
