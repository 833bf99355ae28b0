import type { GraphBuilder } from './graphBuilder.js';

/** Reshape; 0 keeps the size at that place, -1 is inferred. */
export function reshape(graph: GraphBuilder, x: string, shape: readonly number[], name?: string) {
	return graph.node('Reshape', [x, graph.int64(shape)], { name });
}

export function transpose(graph: GraphBuilder, x: string, perm: readonly number[], name?: string) {
	return graph.node('Transpose', [x], { attributes: { perm }, name });
}

/** Root-mean-square norm over the last axis; `scale` is the whole factor, Gemma's `1 + weight`. */
export function rmsNorm(
	graph: GraphBuilder,
	x: string,
	scale: string,
	epsilon: number,
	name?: string
) {
	const attributes = { axis: -1, epsilon: { float: epsilon }, stash_type: 1 };
	return graph.node('SimplifiedLayerNormalization', [x, scale], { attributes, name });
}

/**
 * `x + skip`, and the root-mean-square norm of it, in one pass over both.
 *
 * @returns the norm; the sum is there under `sum`
 */
export function skipRmsNorm(
	graph: GraphBuilder,
	x: string,
	skip: string,
	scale: string,
	epsilon: number,
	names: { readonly sum: string; readonly name?: string }
) {
	return graph.node('SkipSimplifiedLayerNormalization', [x, skip, scale], {
		domain: 'com.microsoft',
		attributes: { epsilon: { float: epsilon } },
		name: names.name,
		more: ['', '', names.sum]
	});
}

export function layerNorm(
	graph: GraphBuilder,
	x: string,
	scale: string,
	bias: string,
	epsilon: number
) {
	const attributes = { axis: -1, epsilon: { float: epsilon } };
	return graph.node('LayerNormalization', [x, scale, bias], { attributes });
}

/** GELU by the tanh approximation (`gelu_pytorch_tanh`). */
export function geluTanh(graph: GraphBuilder, x: string) {
	return graph.node('Gelu', [x], { attributes: { approximate: 'tanh' } });
}
