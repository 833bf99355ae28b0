import { float16ToFloat32 } from './float16.js';
import {
	blockCount,
	blockSize,
	isQuantized,
	type QuantizedMatrix,
	type Weight
} from './packedMatrix.js';
import { createTensor, type Tensor } from './tensor.js';

/**
 * Writes one row of a matrix as float32.
 *
 * @param factor what every value is multiplied by
 */
export function readRow(
	matrix: Weight,
	row: number,
	target: Float32Array,
	offset: number,
	factor = 1
): void {
	const columns = matrix.dims[1];
	if (isQuantized(matrix)) return dequantizeRow(matrix, row, target, offset, factor);
	const start = row * columns;
	const values =
		matrix.dtype === 'fp16'
			? float16ToFloat32(bytesOf(matrix.data.subarray(start, start + columns)))
			: matrix.data.subarray(start, start + columns);
	for (let i = 0; i < columns; i++) target[offset + i] = values[i] * factor;
}

/** All values of a weight as float32; a tensor comes back as it is. */
export function toTensor(weight: Weight): Tensor {
	if (weight.dtype === 'float32') return weight;
	const [rows, columns] = weight.dims;
	const data = new Float32Array(rows * columns);
	for (let row = 0; row < rows; row++) readRow(weight, row, data, row * columns);
	return createTensor('float32', weight.dims, data);
}

function dequantizeRow(
	{ dtype, dims, data, scales, zeroPoints }: QuantizedMatrix,
	row: number,
	target: Float32Array,
	offset: number,
	factor: number
): void {
	const columns = dims[1];
	const blocks = blockCount(columns);
	const is4 = dtype === 'q4';
	for (let i = 0; i < columns; i++) {
		const index = Math.floor(i / blockSize);
		const block = row * blocks + index;
		const place = block * blockSize + (i % blockSize);
		const code = is4 ? nibble(data, place) : data[place];
		let zeroPoint = is4 ? 8 : 128;
		if (zeroPoints) {
			const start = row * Math.ceil(blocks / 2) * 2;
			zeroPoint = is4 ? nibble(zeroPoints, start + index) : zeroPoints[block];
		}
		target[offset + i] = Math.fround((code - zeroPoint) * scales[block]) * factor;
	}
}

/** The lower half of a byte comes first. */
function nibble(bytes: Uint8Array, index: number): number {
	return (bytes[index >> 1] >> (4 * (index & 1))) & 15;
}

function bytesOf(halves: Uint16Array): Uint8Array {
	return new Uint8Array(halves.buffer, halves.byteOffset, halves.byteLength);
}
