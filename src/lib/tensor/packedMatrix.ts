import type { Tensor } from './tensor.js';

/** How weights are stored: as they are computed with, in half, or in blocks of 8 or 4 bits. */
export type WeightDtype = 'fp32' | 'fp16' | 'q8' | 'q4';

/** Neighbours of a row that share a scale. */
export const blockSize = 32;

/**
 * A matrix `[rows, columns]` in fewer bits, in the layout of ONNX Runtime's MatMulNBits: a row is
 * cut into blocks of 32, the last one padded, each with one scale. A value is
 * `(code - zeroPoint) * scale`; two codes of 4 bits share a byte, the first in its lower half.
 */
export interface QuantizedMatrix {
	readonly dtype: 'q8' | 'q4';
	readonly dims: readonly [rows: number, columns: number];
	/** Codes, `[rows, blocks, 32 or 16]` bytes. */
	readonly data: Uint8Array;
	/** `[rows, blocks]` */
	readonly scales: Float32Array;
	/** `[rows, blocks]`, of 4 bits `[rows, ⌈blocks / 2⌉]`; without them every one is 128, of 4 bits 8. */
	readonly zeroPoints?: Uint8Array;
}

/** A matrix `[rows, columns]` of float16 bit patterns. */
export interface HalfMatrix {
	readonly dtype: 'fp16';
	readonly dims: readonly [rows: number, columns: number];
	readonly data: Uint16Array;
}

export type PackedMatrix = QuantizedMatrix | HalfMatrix;

/** A weight as it is kept: values, or a matrix in fewer bits. */
export type Weight = Tensor | PackedMatrix;

export function isQuantized(weight: Weight): weight is QuantizedMatrix {
	return weight.dtype === 'q4' || weight.dtype === 'q8';
}

/** Blocks of a row. */
export function blockCount(columns: number): number {
	return Math.ceil(columns / blockSize);
}

/** Bytes of the codes of one row. */
export function codeByteLength(dtype: 'q8' | 'q4', columns: number): number {
	return blockCount(columns) * (dtype === 'q8' ? blockSize : blockSize / 2);
}

/** Bytes that a weight takes as it is kept. */
export function weightByteLength(weight: Weight): number {
	if (!isQuantized(weight)) return weight.data.byteLength;
	const { data, scales, zeroPoints } = weight;
	return data.byteLength + scales.byteLength + (zeroPoints?.byteLength ?? 0);
}

/** Rows `start` to `end` of a matrix, over the same memory. */
export function sliceRows(weight: Weight, start: number, end: number): Weight {
	const [rows, columns] = weight.dims;
	const dims = [end - start, columns] as const;
	const part = <T extends Float32Array | Uint16Array | Uint8Array>(data: T) => {
		const rowLength = data.length / rows;
		return data.subarray(start * rowLength, end * rowLength) as T;
	};
	if (weight.dtype === 'fp16') return { ...weight, dims, data: part(weight.data) };
	if (!isQuantized(weight)) return { ...weight, dims, data: part(weight.data) };
	const { data, scales, zeroPoints } = weight;
	return {
		...weight,
		dims,
		data: part(data),
		scales: part(scales),
		zeroPoints: zeroPoints && part(zeroPoints)
	};
}

/** An empty matrix, to be filled by rows. */
export function createPackedMatrix(
	dtype: 'fp16' | 'q8' | 'q4',
	dims: readonly [rows: number, columns: number],
	{ zeroPoints = false } = {}
): PackedMatrix {
	const [rows, columns] = dims;
	if (dtype === 'fp16') return { dtype, dims, data: new Uint16Array(rows * columns) };
	const blocks = blockCount(columns);
	const data = new Uint8Array(rows * codeByteLength(dtype, columns));
	const scales = new Float32Array(rows * blocks);
	if (!zeroPoints) return { dtype, dims, data, scales };
	const perRow = dtype === 'q8' ? blocks : Math.ceil(blocks / 2);
	return { dtype, dims, data, scales, zeroPoints: new Uint8Array(rows * perRow) };
}
