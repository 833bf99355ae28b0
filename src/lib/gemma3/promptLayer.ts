import { reshape } from '../onnx/operators.js';
import { DecoderLayer, type Projections } from './decoderLayerGraph.js';

/**
 * A layer for many tokens of one prompt, where all heads share one key head: tokens and heads are
 * rows of one matrix as they lie, so that nothing is transposed. Gives out the cache alone.
 */
export class PromptLayer extends DecoderLayer {
	get stateDims() {
		return [1, 'queries', this.options.config.hiddenSize];
	}

	protected attend(projections: Projections): string {
		const { graph, config, layer } = this.options;
		const { numAttentionHeads: heads, headDim } = config;
		const places = `keys.${this.kind}`;
		const split = reshape(graph, projections.query, [1, -1, heads, headDim]);
		const query = this.rotate(reshape(graph, this.queryNorm(split), [1, -1, heads * headDim]));
		const newKey = this.rotate(this.norm('self_attn.k_norm', projections.key));
		const key = this.store('key', reshape(graph, newKey, [-1, headDim]), [places, headDim]);
		const newValue = reshape(graph, projections.value, [-1, headDim]);
		const value = this.store('value', newValue, [places, headDim]);

		const rows = reshape(graph, query, [-1, headDim]); // [queries · heads, headDim]
		const scores = graph.node('Gemm', [rows, key], { attributes: { transB: 1 } });
		const mask = graph.input(`mask.${layer}`, 'float32', ['queries', 1, places]);
		// A reshape can only keep the last size where it stands at the same place.
		const placed = graph.node('Unsqueeze', [scores, graph.int64([0])]);
		const masked = graph.node('Add', [reshape(graph, placed, [-1, heads, 0]), mask]);
		const weights = graph.node('Softmax', [masked], { attributes: { axis: -1 } });
		const mixed = graph.node('MatMul', [weights, value]); // [queries, heads, headDim]
		return reshape(graph, mixed, [1, -1, heads * headDim]);
	}
}
