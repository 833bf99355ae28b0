import { blockCount, blockSize, codeByteLength, isQuantized } from '../tensor/packedMatrix.js';
import type { QuantizedMatrix, Weight } from '../tensor/packedMatrix.js';
import { toTensor } from '../tensor/dequantize.js';
import { transposeMatrix } from '../tensor/transpose.js';
import type { GraphBuilder } from './graphBuilder.js';

/**
 * `x · weightᵀ`, for a weight `[out, in]` as PyTorch has it, in whatever way it is kept. A quantised
 * one is multiplied from its codes, with the activations in float32; one of float16 is widened.
 *
 * @param name of the weight in the graph
 */
export function weightedLinear(
	graph: GraphBuilder,
	x: string,
	name: string,
	weight: Weight,
	outputName?: string
): string {
	const matrix = maybeMatrix(graph, name, weight);
	if (matrix !== undefined) return graph.node('MatMul', [x, matrix], { name: outputName });
	return quantizedLinear(graph, x, name, weight as QuantizedMatrix, outputName);
}

/** A weight as the matrix `[in, out]` that a product takes; undefined if it is quantised. */
export function maybeMatrix(graph: GraphBuilder, name: string, weight: Weight): string | undefined {
	if (isQuantized(weight)) return undefined;
	const [rows, columns] = weight.dims;
	const transposed = () => transposeMatrix(toTensor(weight).data, rows, columns);
	return graph.weight(name, [columns, rows], transposed);
}

function quantizedLinear(
	graph: GraphBuilder,
	x: string,
	name: string,
	{ dtype, dims: [rows, columns], data, scales, zeroPoints }: QuantizedMatrix,
	outputName?: string
): string {
	const blocks = blockCount(columns);
	const codes = [rows, blocks, codeByteLength(dtype, columns) / blocks];
	const inputs = [
		x,
		graph.weight(name, codes, data),
		graph.weight(`${name}.scales`, [rows * blocks], scales)
	];
	if (zeroPoints) {
		inputs.push(graph.weight(`${name}.zero_points`, [zeroPoints.length], zeroPoints));
	}
	return graph.node('MatMulNBits', inputs, {
		domain: 'com.microsoft',
		name: outputName,
		attributes: {
			K: columns,
			N: rows,
			bits: dtype === 'q4' ? 4 : 8,
			block_size: blockSize,
			// Level 4 would round the activations to 8 bits.
			accuracy_level: 0
		}
	});
}
