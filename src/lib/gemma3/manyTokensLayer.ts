import { reshape, transpose } from '../onnx/operators.js';
import { DecoderLayer, type ProbedPart, type Projections } from './decoderLayerGraph.js';

/** A layer for any number of prompts and tokens. */
export class ManyTokensLayer extends DecoderLayer {
	get stateDims() {
		return ['batch', 'queries', this.options.config.hiddenSize];
	}

	protected attend(projections: Projections): string {
		const { graph, config, layer, givesInner } = this.options;
		const { numAttentionHeads: heads, numKeyValueHeads: kvHeads, headDim } = config;
		const keys = `keys.${this.kind}`;
		const query = this.#toHeads(this.queryNorm(this.#split(projections.query, heads)), heads);
		const newKey = this.#toHeads(
			this.norm('self_attn.k_norm', this.#split(projections.key, kvHeads)),
			kvHeads
		);
		const values = this.#split(projections.value, kvHeads);
		const key = this.#cache('key', this.rotate(newKey, `new.${layer}.key`));
		const value = this.#cache('value', this.#toHeads(values, kvHeads, `new.${layer}.value`));

		// Heads of one group share a key head: stack their queries instead of repeating the keys.
		const rotated = this.rotate(query);
		this.probe('queries', rotated, 2);
		const grouped = reshape(graph, rotated, [0, kvHeads, -1, headDim]);
		const scores = graph.node('MatMul', [grouped, transpose(graph, key, [0, 1, 3, 2])]);
		const perHead = reshape(graph, scores, [0, heads, -1, 0]); // [batch, heads, queries, keys]
		graph.input(`mask.${layer}`, 'float32', ['batch', `mask_heads.${layer}`, 'queries', keys]);
		const masked = graph.node('Add', [perHead, `mask.${layer}`]);
		const attributes = { axis: -1 };
		const weights = graph.node('Softmax', [masked], { attributes, name: `attentions.${layer}` });
		if (givesInner) graph.output(weights, 'float32', ['batch', heads, 'queries', keys]);

		const stacked = reshape(graph, weights, [0, kvHeads, -1, 0]);
		const mixed = reshape(graph, graph.node('MatMul', [stacked, value]), [0, heads, -1, headDim]);
		return reshape(graph, transpose(graph, mixed, [0, 2, 1, 3]), [0, 0, heads * headDim]);
	}

	/**
	 * Only the rows that a run asks for leave the graph, one as a rule: as an output of its own each
	 * of these would be held until the end of every run.
	 */
	protected override probe(part: ProbedPart, x: string, rowAxis: number): void {
		const { graph, config, layer, givesInner } = this.options;
		if (!givesInner) return;
		const attributes = { axis: rowAxis };
		const name = `${part}.${layer}`;
		graph.node('Gather', [x, 'probe_rows'], { attributes, name });
		const { numAttentionHeads, headDim, hiddenSize } = config;
		const inner =
			part === 'queries' ? [numAttentionHeads, 'probes', headDim] : ['probes', hiddenSize];
		graph.output(name, 'float32', ['batch', ...inner]);
	}

	/** `[batch, queries, heads, headDim]` from `[batch, queries, heads · headDim]` */
	#split(x: string, heads: number): string {
		return reshape(this.options.graph, x, [0, 0, heads, this.options.config.headDim]);
	}

	/** `[batch, heads, queries, headDim]`; with one head that is another shape for the same numbers. */
	#toHeads(x: string, heads: number, name?: string): string {
		const { graph, config } = this.options;
		if (heads > 1) return transpose(graph, x, [0, 2, 1, 3], name);
		return reshape(graph, x, [0, 1, -1, config.headDim], name);
	}

	#cache(part: 'key' | 'value', fresh: string): string {
		const { graph, config, givesInner } = this.options;
		const { numKeyValueHeads: kvHeads, headDim } = config;
		if (givesInner) graph.output(fresh, 'float32', ['batch', kvHeads, 'queries', headDim]);
		return this.store(part, fresh, ['batch', kvHeads, `keys.${this.kind}`, headDim]);
	}
}
