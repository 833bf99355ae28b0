import { GraphBuilder, type OnnxDim, type OnnxModel } from '../onnx/graphBuilder.js';
import { rmsNorm } from '../onnx/operators.js';
import type { Gemma3TextConfig } from './configuration.js';
import type { DecoderLayer, LayerOptions, Stream } from './decoderLayerGraph.js';
import { ManyTokensLayer } from './manyTokensLayer.js';
import { PromptLayer } from './promptLayer.js';
import { onePlus } from './rmsNorm.js';
import { tensorOf, type Weights } from './weights.js';

/**
 * The decoder as an ONNX model: embeddings in, every attention map and hidden state out.
 *
 * | input | shape | |
 * | --- | --- | --- |
 * | `inputs_embeds` | `[batch, queries, hiddenSize]` | scaled, images spliced in |
 * | `rope_rows` | `[batch, queries]` int64 | row of the tables below |
 * | `rope_cos.KIND`, `rope_sin.KIND` | `[rows, headDim / 2]` | for each layer kind in use |
 * | `cache_rows.KIND` | `[batch, kvHeads, queries, 3]` int64 | where the new keys and values go in the cache |
 * | `probe_rows` | `[probes]` int64 | queries whose inner values are given out |
 * | `mask.L` | `[batch, 1 or heads, queries, keys]` | additive, finite |
 * | `past.L.key`, `past.L.value` | `[batch, kvHeads, keys, headDim]` | the cache, keys after RoPE |
 *
 * Outputs: `attentions.L` `[batch, heads, queries, keys]`, `hidden_states.1 … N`
 * `[batch, queries, hiddenSize]` (the last one after the final norm), `present.L.key/value` (the
 * whole cache) and `new.L.key/value` `[batch, kvHeads, queries, headDim]` (what this run adds);
 * of the probed rows `queries.L` `[batch, heads, probes, headDim]` (after norm, scale and RoPE) and
 * `attention_added.L`, `mlp_added.L` `[batch, probes, hiddenSize]` (what each adds to the stream).
 * `keys` is the capacity of the layer kind's cache, in whatever order it holds them.
 *
 * Ports Gemma3TextModel (transformers, modeling_gemma3.py) with eager attention. The tables hold
 * only the rows of the run, so that no position is out of reach and none is stored in the graph.
 */
export function buildDecoderGraph(
	config: Gemma3TextConfig,
	weights: Weights,
	graph = new GraphBuilder()
): OnnxModel {
	const { hiddenSize } = config;
	const x = graph.input('inputs_embeds', 'float32', ['batch', 'queries', hiddenSize]);
	graph.input('probe_rows', 'int64', ['probes']);
	addTables(graph, config, 'batch', 'queries', false);
	addLayers(graph, config, weights, x, ManyTokensLayer);
	return graph.build('gemma3-decoder');
}

/**
 * The same for one prompt, of which only the cache and the last state are wanted: no attention map
 * outlives its layer. With one key head, `cache_rows.KIND` is `[queries, 1]`, `mask.L`
 * `[queries, 1, keys]`, and the cache `[keys, headDim]`.
 */
export function buildPromptGraph(
	config: Gemma3TextConfig,
	weights: Weights,
	graph = new GraphBuilder()
): OnnxModel {
	const { hiddenSize, numKeyValueHeads } = config;
	const x = graph.input('inputs_embeds', 'float32', [1, 'queries', hiddenSize]);
	const isFlat = numKeyValueHeads === 1;
	addTables(graph, config, 1, 'queries', isFlat);
	addLayers(graph, config, weights, x, isFlat ? PromptLayer : ManyTokensLayer, false);
	return graph.build('gemma3-prompt');
}

/**
 * The inputs that say where queries stand, and where their keys go.
 *
 * @param isFlat the cache of one key head and one prompt is a matrix
 */
export function addTables(
	graph: GraphBuilder,
	{ headDim, layerTypes, numKeyValueHeads }: Gemma3TextConfig,
	batch: OnnxDim,
	queries: OnnxDim,
	isFlat: boolean
): void {
	graph.input('rope_rows', 'int64', [batch, queries]);
	const tableDims = [queries === 1 ? 1 : 'rope_rows', headDim / 2];
	const cacheRows = isFlat ? [queries, 1] : [batch, numKeyValueHeads, queries, 3];
	for (const kind of new Set(layerTypes)) {
		graph.input(`rope_cos.${kind}`, 'float32', tableDims);
		graph.input(`rope_sin.${kind}`, 'float32', tableDims);
		graph.input(`cache_rows.${kind}`, 'int64', cacheRows);
	}
}

/**
 * All layers and the norm behind them. The stream after a layer is a sum, and so is its hidden
 * state; the last state is the norm of one.
 *
 * @param x `[batch, queries, hiddenSize]`
 */
export function addLayers(
	graph: GraphBuilder,
	config: Gemma3TextConfig,
	weights: Weights,
	x: string,
	Layer: new (options: LayerOptions) => DecoderLayer,
	givesInner = true
): void {
	const { hiddenSize, numHiddenLayers, rmsNormEps } = config;
	const layers = Array.from(
		{ length: numHiddenLayers },
		(_, layer) => new Layer({ graph, config, weights, layer, givesInner })
	);
	const first = layers[0].scale('input_layernorm');
	let stream: Stream = { residual: x, normed: rmsNorm(graph, x, first, rmsNormEps) };
	for (const [layer, builder] of layers.entries()) {
		const isLast = layer === numHiddenLayers - 1;
		const next = isLast
			? graph.weight('norm.weight', [hiddenSize], () => onePlus(tensorOf(weights, 'norm.weight')))
			: layers[layer + 1].scale('input_layernorm');
		const state = `hidden_states.${layer + 1}`;
		const names = isLast ? { sum: 'last_sum', name: state } : { sum: state };
		stream = builder.mlp(builder.attention(stream), next, names);
		if (givesInner || isLast) graph.output(state, 'float32', builder.stateDims);
	}
}
