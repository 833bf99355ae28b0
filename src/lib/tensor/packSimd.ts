import { growTo, maybeInstance, type KernelInstance } from '../simd/instance.js';
import { assemblePackKernels, type KernelSource, type PackKernels } from './packKernels.js';
import { blockCount, blockSize, isQuantized, type PackedMatrix } from './packedMatrix.js';

/** Blocks packed by one call: what they need stays in a core's cache. */
const blocksAtOnce = 2048;
const problemBytes = 16;

const cache = new Map<KernelSource, KernelInstance<PackKernels> | null>();

/**
 * Packs whole rows in SIMD instructions, to the same bits as `packRows`.
 *
 * @param bytes `[some rows, columns]`, little-endian
 * @returns false, with the rows in no certain state, where SIMD is missing, the kind of packing is
 * another, or a value cannot be packed
 */
export function packRowsBySimd(
	bytes: Uint8Array,
	source: KernelSource,
	matrix: PackedMatrix,
	firstRow: number
): boolean {
	if (isQuantized(matrix) && matrix.zeroPoints) return false;
	const instance = open(source);
	if (instance === null) return false;
	const columns = matrix.dims[1];
	// Values of float16 have no blocks: rows follow each other without a gap.
	const rowBlocks = matrix.dtype === 'fp16' ? columns / blockSize : blockCount(columns);
	const isPadded = columns % blockSize !== 0;
	if (isPadded && matrix.dtype === 'fp16') return false;
	const valueBytes = source === 'BF16' ? 2 : 4;
	const rowBytes = columns * valueBytes;
	const blockBytes = blockSize * valueBytes;
	const blocks = (bytes.byteLength / rowBytes) * rowBlocks;
	if (!Number.isInteger(blocks)) return false;
	const atOnce = isPadded
		? Math.max(1, Math.floor(blocksAtOnce / rowBlocks)) * rowBlocks
		: blocksAtOnce;

	const codeBytes = { fp16: 64, q8: 32, q4: 16 }[matrix.dtype];
	const sourceAt = problemBytes;
	const codesAt = sourceAt + atOnce * blockBytes;
	const scalesAt = codesAt + atOnce * codeBytes;
	const { kernels, memory } = instance;
	growTo(memory, scalesAt + atOnce * 4 + 16);
	const heap = new Uint8Array(memory.buffer);
	// What pads a row is zero, and stays so.
	if (isPadded) heap.fill(0, sourceAt, codesAt);
	const codes = new Uint8Array(matrix.data.buffer, matrix.data.byteOffset, matrix.data.byteLength);
	for (let block = 0; block < blocks; block += atOnce) {
		const count = Math.min(atOnce, blocks - block);
		if (isPadded) {
			const row = block / rowBlocks;
			for (let i = 0; i < count / rowBlocks; i++) {
				const from = (row + i) * rowBytes;
				heap.set(bytes.subarray(from, from + rowBytes), sourceAt + i * rowBlocks * blockBytes);
			}
		} else heap.set(bytes.subarray(block * blockBytes, (block + count) * blockBytes), sourceAt);
		if (isQuantized(matrix)) kernels[matrix.dtype](sourceAt, count, codesAt, scalesAt, 0);
		else kernels.fp16(sourceAt, count, codesAt, 0);
		if (heap.subarray(0, problemBytes).some((byte) => byte !== 0)) return false;
		const place = firstRow * rowBlocks + block;
		codes.set(heap.subarray(codesAt, codesAt + count * codeBytes), place * codeBytes);
		if (!isQuantized(matrix)) continue;
		matrix.scales.set(new Float32Array(memory.buffer, scalesAt, count), place);
	}
	return true;
}

function open(source: KernelSource): KernelInstance<PackKernels> | null {
	let instance = cache.get(source);
	if (instance === undefined) {
		instance = maybeInstance<PackKernels>(assemblePackKernels(source));
		cache.set(source, instance);
	}
	return instance;
}
