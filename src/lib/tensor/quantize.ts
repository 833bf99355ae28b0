import { toFloat16 } from './float16.js';
import {
	blockCount,
	blockSize,
	createPackedMatrix,
	type PackedMatrix,
	type QuantizedMatrix
} from './packedMatrix.js';
import { packRowsBySimd } from './packSimd.js';
import { createBlock, fitAffine, fitSymmetric } from './quantizeBlock.js';
import type { Tensor } from './tensor.js';
import { toFloat32, type FloatDtype } from './toFloat32.js';

/**
 * Packs a matrix `[rows, columns]`.
 *
 * @throws RangeError if a value is too large for float16, or is no finite number
 */
export function packMatrix(
	{ dims, data }: Tensor,
	dtype: 'fp16' | 'q8' | 'q4',
	options: { readonly zeroPoints?: boolean } = {}
): PackedMatrix {
	const [rows, columns] = dims;
	const packed = createPackedMatrix(dtype, [rows, columns], options);
	packRows(data, packed, 0);
	return packed;
}

/**
 * Packs whole rows into a matrix, so that a large one can be packed as its parts arrive.
 *
 * @param values `[some rows, columns]`
 * @param firstRow where they belong
 * @throws RangeError if a value is too large for float16, or is no finite number
 */
export function packRows(values: Float32Array, matrix: PackedMatrix, firstRow: number): void {
	const columns = matrix.dims[1];
	if (matrix.dtype === 'fp16') matrix.data.set(toFloat16(values), firstRow * columns);
	else quantizeRows(values, matrix, firstRow);
}

/**
 * Packs whole rows from the bytes of a checkpoint; see `packRows`.
 *
 * @param bytes `[some rows, columns]`, little-endian
 */
export function packBytes(
	bytes: Uint8Array,
	dtype: FloatDtype,
	matrix: PackedMatrix,
	firstRow: number
): void {
	if (dtype !== 'F16' && packRowsBySimd(bytes, dtype, matrix, firstRow)) return;
	packRows(toFloat32(bytes, dtype), matrix, firstRow);
}

function quantizeRows(values: Float32Array, matrix: QuantizedMatrix, firstRow: number): void {
	const { dtype, data, scales, zeroPoints } = matrix;
	const columns = matrix.dims[1];
	const rows = values.length / columns;
	const blocks = blockCount(columns);
	const is4 = dtype === 'q4';
	const byteLength = is4 ? blockSize / 2 : blockSize;
	const block = createBlock();
	const { codes } = block;
	const fit = zeroPoints ? fitAffine : fitSymmetric;
	for (let row = 0; row < rows; row++) {
		for (let index = 0; index < blocks; index++) {
			const start = row * columns + index * blockSize;
			block.length = Math.min(blockSize, (row + 1) * columns - start);
			for (let i = 0; i < block.length; i++) block.values[i] = values[start + i];
			fit(block, is4 ? 8 : 128);
			const place = (firstRow + row) * blocks + index;
			scales[place] = block.scale;
			const target = place * byteLength;
			if (is4) {
				for (let i = 0; i < byteLength; i++) {
					data[target + i] = codes[2 * i] | (codes[2 * i + 1] << 4);
				}
			} else data.set(codes, target);
			if (!zeroPoints) continue;
			if (is4) {
				const byte = (firstRow + row) * Math.ceil(blocks / 2) + (index >> 1);
				zeroPoints[byte] |= block.zeroPoint << (4 * (index & 1));
			} else zeroPoints[place] = block.zeroPoint;
		}
	}
}
