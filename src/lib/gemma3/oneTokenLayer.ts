import { reshape } from '../onnx/operators.js';
import { DecoderLayer, type Projections } from './decoderLayerGraph.js';

/** A layer for one token of one prompt: heads are rows already, so nothing is transposed. */
export class OneTokenLayer extends DecoderLayer {
	get stateDims() {
		return [1, 1, this.options.config.hiddenSize];
	}

	protected attend(projections: Projections): string {
		const { graph, config, layer } = this.options;
		const { numAttentionHeads: heads, numKeyValueHeads: kvHeads, headDim } = config;
		const query = this.rotate(this.queryNorm(this.#split(projections.query, heads)));
		const newKey = this.rotate(
			this.norm('self_attn.k_norm', this.#split(projections.key, kvHeads))
		);
		const lead = kvHeads === 1 ? [] : [1, kvHeads];
		const row = [...lead, 1, headDim];
		const places = [...lead, `keys.${this.kind}`, headDim];
		const key = this.store('key', reshape(graph, newKey, row), places);
		const value = this.store('value', reshape(graph, projections.value, row), places);

		const group = heads / kvHeads;
		const grouped = reshape(graph, query, [...lead, group, headDim]);
		const mask = graph.input(`mask.${layer}`, 'float32', [
			...lead.map((_, i) => (i === 0 ? 1 : `mask_groups.${layer}`)),
			`mask_heads.${layer}`,
			`keys.${this.kind}`
		]);
		const masked =
			kvHeads === 1 ? this.#multiply(grouped, key, mask) : this.#sum(grouped, key, mask);
		const attributes = { axis: -1 };
		const weights = graph.node('Softmax', [masked], { attributes, name: `attentions.${layer}` });
		graph.output(weights, 'float32', [...lead, group, `keys.${this.kind}`]);
		return reshape(graph, graph.node('MatMul', [weights, value]), [1, 1, heads * headDim]);
	}

	/** Product and projection as one sum over the inner width, unless the weight is quantised. */
	protected override down(gate: string, up: string): string {
		const matrix = this.matrix('mlp.down_proj');
		if (matrix === undefined) return super.down(gate, up);
		const attributes = { equation: 'bqf,bqf,fh->bqh' };
		const inputs = [gate, up, matrix];
		return this.options.graph.node('Einsum', inputs, { attributes });
	}

	/** `[1, heads, 1, headDim]` from `[1, 1, heads · headDim]` */
	#split(x: string, heads: number): string {
		return reshape(this.options.graph, x, [1, heads, 1, this.options.config.headDim]);
	}

	/** With one key head, scores and mask are one matrix product with a bias. */
	#multiply(query: string, key: string, mask: string): string {
		return this.options.graph.node('Gemm', [query, key, mask], { attributes: { transB: 1 } });
	}

	/** With several, a sum over the head's width that reads the keys as they lie. */
	#sum(query: string, key: string, mask: string): string {
		const { graph } = this.options;
		const attributes = { equation: 'bkgd,bktd->bkgt' };
		return graph.node('Add', [graph.node('Einsum', [query, key], { attributes }), mask]);
	}
}
