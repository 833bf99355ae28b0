import { GraphBuilder, type OnnxDim, type OnnxModel } from '../onnx/graphBuilder.js';
import { weightedLinear } from '../onnx/weightedLinear.js';
import type { Weight } from '../tensor/packedMatrix.js';

/**
 * Final hidden states to logits, a graph of its own so that the logit lens can use it on any layer
 * and only wanted rows are projected (a row of Gemma 3's logits is 1 MiB).
 *
 * Inputs `hidden_states` `[batch, positions, hiddenSize]` after the final norm, and `logit_rows`
 * `[rows]` int64 into batch × positions; output `logits` `[rows, vocabSize]`.
 *
 * @param weight `lm_head`, or the embedding that it is tied to, `[vocabSize, hiddenSize]`
 * @param softcapping Gemma's `final_logit_softcapping`, or null
 */
export function buildHeadGraph(
	weight: Weight,
	softcapping: number | null,
	graph = new GraphBuilder()
): OnnxModel {
	const [, hiddenSize] = weight.dims;
	const states = graph.input('hidden_states', 'float32', ['batch', 'positions', hiddenSize]);
	const rows = graph.input('logit_rows', 'int64', ['rows']);
	const flat = graph.node('Reshape', [states, graph.int64([-1, hiddenSize])]);
	const wanted = graph.node('Gather', [flat, rows], { attributes: { axis: 0 } });
	addHead(graph, wanted, weight, softcapping, 'rows');
	return graph.build('gemma3-head');
}

/** Adds the head to a graph: output `logits` `[rows, vocabSize]` of states `[rows, hiddenSize]`. */
export function addHead(
	graph: GraphBuilder,
	states: string,
	weight: Weight,
	softcapping: number | null,
	rows: OnnxDim
): void {
	const [vocabSize] = weight.dims;
	const name = softcapping === null ? 'logits' : undefined;
	const logits = weightedLinear(graph, states, 'head', weight, name);
	if (softcapping !== null) {
		const cap = graph.float32(softcapping);
		const squashed = graph.node('Tanh', [graph.node('Div', [logits, cap])]);
		graph.node('Mul', [squashed, cap], { name: 'logits' });
	}
	graph.output('logits', 'float32', [rows, vocabSize]);
}
