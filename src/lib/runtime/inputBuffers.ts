import type * as Ort from 'onnxruntime-web';
import type { Runtime } from './runtime.js';

// ONNX Runtime copies from an input that it scatters into another buffer.
const USAGE = 0x80 | 0x4 | 0x8; // GPUBufferUsage.STORAGE | COPY_SRC | COPY_DST

/**
 * Turns arrays into inputs of a run. On WebGPU each goes into a buffer that is kept for the next
 * array of that name and size, so that a run allocates nothing and one upload serves many inputs.
 */
export class InputBuffers {
	readonly #tensors = new Map<string, Ort.Tensor>();

	constructor(readonly runtime: Runtime) {}

	/** @param name one array at a time can be under way under a name */
	tensor(
		name: string,
		type: 'float32' | 'int64',
		data: Float32Array | BigInt64Array,
		dims: readonly number[]
	): Ort.Tensor {
		const { ort, gpuDevice } = this.runtime;
		if (gpuDevice === undefined) return new ort.Tensor(type, data, dims);
		const key = `${name} ${type} ${dims.join(' ')}`;
		let tensor = this.#tensors.get(key);
		if (tensor === undefined) {
			const buffer = gpuDevice.createBuffer({ size: data.byteLength, usage: USAGE });
			tensor = ort.Tensor.fromGpuBuffer(buffer, {
				dataType: type,
				dims,
				dispose: () => buffer.destroy()
			});
			this.#tensors.set(key, tensor);
		}
		const buffer = tensor.gpuBuffer as GPUBuffer;
		gpuDevice.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);
		return tensor;
	}

	dispose(): void {
		for (const tensor of this.#tensors.values()) tensor.dispose();
		this.#tensors.clear();
	}
}
