import { GraphBuilder, type OnnxModel } from '../onnx/graphBuilder.js';
import { reshape } from '../onnx/operators.js';
import type { Gemma3TextConfig } from './configuration.js';
import { addLayers, addTables } from './decoderGraph.js';
import { addHead } from './headGraph.js';
import { headWeight } from './languageHead.js';
import { OneTokenLayer } from './oneTokenLayer.js';
import type { Weights } from './weights.js';

/**
 * The decoder for one token of one prompt, with the language head: the same numbers as the graph for
 * many tokens from the same weights and cache, in fewer steps, because nothing needs a transpose.
 *
 * Inputs and outputs are those of `buildDecoderGraph` with batch and queries of 1, and these
 * differences: `cache_rows.KIND` `[1, kvHeads, 1, 3]`, with one key head `[1, 1]`; the cache
 * `[1, kvHeads, keys, headDim]`, with one key head `[keys, headDim]`; masks and attentions have the
 * query heads where the others have head and query: `[1, kvHeads, heads / kvHeads, keys]`, with one
 * key head `[heads, keys]`; a mask for all heads has 1 in their places. In addition there is the
 * output `logits` `[1, vocabSize]`.
 *
 * @param softcapping Gemma's `final_logit_softcapping`, or null
 */
export function buildTokenGraph(
	config: Gemma3TextConfig,
	weights: Weights,
	softcapping: number | null,
	graph = new GraphBuilder()
): OnnxModel {
	const { hiddenSize, numHiddenLayers, numKeyValueHeads } = config;
	const x = graph.input('inputs_embeds', 'float32', [1, 1, hiddenSize]);
	addTables(graph, config, 1, 1, numKeyValueHeads === 1);
	addLayers(graph, config, weights, x, OneTokenLayer);
	const row = reshape(graph, `hidden_states.${numHiddenLayers}`, [1, hiddenSize]);
	addHead(graph, row, headWeight(weights), softcapping, 1);
	return graph.build('gemma3-token');
}
