import type * as Ort from 'onnxruntime-web';
import type { Runtime } from '../runtime/runtime.js';
import { elementCount } from '../tensor/tensor.js';

/** Keys and values of one layer, `[batch, kvHeads, capacity, headDim]` each. */
export interface CacheEntry {
	readonly key: Ort.Tensor;
	readonly value: Ort.Tensor;
}

// The name GPUBufferUsage exists only where WebGPU does; these are its values.
const STORAGE = 0x80 | 0x4 | 0x8; // STORAGE | COPY_SRC | COPY_DST

/** An entry of zeros, where the runtime computes. */
export function createEntry(runtime: Runtime, dims: readonly number[]): CacheEntry {
	return { key: createZeros(runtime, dims), value: createZeros(runtime, dims) };
}

function createZeros({ ort, gpuDevice }: Runtime, dims: readonly number[]): Ort.Tensor {
	const size = elementCount(dims);
	if (gpuDevice === undefined) return new ort.Tensor('float32', new Float32Array(size), dims);
	const buffer = gpuDevice.createBuffer({ size: size * 4, usage: STORAGE });
	return ort.Tensor.fromGpuBuffer(buffer, {
		dataType: 'float32',
		dims,
		dispose: () => buffer.destroy()
	});
}

/** Copies an entry to the beginning of a longer one. */
export function growEntry(runtime: Runtime, from: CacheEntry, to: CacheEntry): void {
	const encoder = runtime.gpuDevice?.createCommandEncoder();
	for (const part of ['key', 'value'] as const) {
		const [batch, heads, capacity, width] = from[part].dims;
		const larger = to[part].dims[2];
		for (let head = 0; head < batch * heads; head++) {
			const source = head * capacity * width;
			const target = head * larger * width;
			const size = capacity * width;
			if (encoder === undefined) {
				const held = (from[part].data as Float32Array).subarray(source, source + size);
				(to[part].data as Float32Array).set(held, target);
			} else {
				const buffer = from[part].gpuBuffer as GPUBuffer;
				const grown = to[part].gpuBuffer as GPUBuffer;
				encoder.copyBufferToBuffer(buffer, source * 4, grown, target * 4, size * 4);
			}
		}
	}
	if (encoder !== undefined) runtime.gpuDevice!.queue.submit([encoder.finish()]);
}

/** Copies rows `[batch, kvHeads, rows, headDim]` to their places, on the CPU. */
export function writeRows(tensor: Ort.Tensor, places: Int32Array, rows: Ort.Tensor): void {
	const [batch, heads, capacity, width] = tensor.dims;
	const count = rows.dims[2];
	const target = tensor.data as Float32Array;
	const source = rows.data as Float32Array;
	for (let head = 0; head < batch * heads; head++) {
		for (let row = 0; row < count; row++) {
			const from = (head * count + row) * width;
			target.set(source.subarray(from, from + width), (head * capacity + places[row]) * width);
		}
	}
}

export function disposeEntry({ key, value }: CacheEntry): void {
	key.dispose();
	value.dispose();
}
