import {
	blockCount,
	blockSize,
	codeByteLength,
	isQuantized,
	sliceRows
} from '../tensor/packedMatrix.js';
import type { QuantizedMatrix, Weight } from '../tensor/packedMatrix.js';
import { toTensor } from '../tensor/dequantize.js';
import { transposeMatrix } from '../tensor/transpose.js';
import type { GraphBuilder } from './graphBuilder.js';

/**
 * `x · weightᵀ`, for a weight `[out, in]` as PyTorch has it, in whatever way it is kept. A quantised
 * one is multiplied from its codes, with the activations in float32; one of float16 is widened. One
 * that is larger than the graph may hold in one piece is multiplied in parts of its rows.
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
	const [rows] = weight.dims;
	const count = partCount(weight, graph.options.maxWeightBytes);
	if (count > 1) {
		const products = Array.from({ length: count }, (_, i) => {
			const [start, end] = [i, i + 1].map((part) => Math.floor((part * rows) / count));
			return weightedLinear(graph, x, `${name}.${i}`, sliceRows(weight, start, end));
		});
		return graph.node('Concat', products, { name: outputName, attributes: { axis: -1 } });
	}
	const matrix = maybeMatrix(graph, name, weight);
	if (matrix !== undefined) return graph.node('MatMul', [x, matrix], { name: outputName });
	return quantizedLinear(graph, x, name, weight as QuantizedMatrix, outputName);
}

/** In how many parts a weight has to be held. */
function partCount(weight: Weight, maxWeightBytes = Infinity): number {
	const [rows, columns] = weight.dims;
	const rowBytes = isQuantized(weight) ? codeByteLength(weight.dtype, columns) : columns * 4;
	const rowsAtOnce = Math.max(1, Math.floor(maxWeightBytes / rowBytes));
	return Math.ceil(rows / rowsAtOnce);
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
