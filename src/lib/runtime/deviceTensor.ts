import type * as Ort from 'onnxruntime-web';
import { createTensor, elementCount, type Tensor } from '../tensor/tensor.js';
import type { Runtime } from './runtime.js';

/** A float32 output that stays where it was computed; parts of it are read on demand. */
export class DeviceTensor {
	constructor(
		readonly runtime: Runtime,
		readonly inner: Ort.Tensor,
		/** The tensor's own, or others for the same values. */
		readonly dims: readonly number[] = inner.dims
	) {}

	get byteLength(): number {
		return elementCount(this.dims) * 4;
	}

	/**
	 * A copy of `count` values from `start` on, in row-major order.
	 *
	 * @throws RangeError if they reach beyond the tensor
	 */
	async read(start: number, count: number): Promise<Float32Array> {
		if (start < 0 || count < 0 || start + count > elementCount(this.dims)) {
			throw new RangeError(`invalid range: ${start} + ${count} of [${this.dims.join(', ')}]`);
		}
		if (this.inner.location === 'cpu') {
			return (this.inner.data as Float32Array).slice(start, start + count);
		}
		if (count === 0) return new Float32Array(0);
		return this.runtime.guard(this.#readBuffer(start * 4, count * 4));
	}

	async readAll(): Promise<Tensor> {
		return createTensor('float32', this.dims, await this.read(0, elementCount(this.dims)));
	}

	dispose(): void {
		this.inner.dispose();
	}

	async #readBuffer(offset: number, size: number): Promise<Float32Array> {
		const device = this.runtime.gpuDevice!;
		const staging = device.createBuffer({ size, usage: STAGING_USAGE });
		const encoder = device.createCommandEncoder();
		encoder.copyBufferToBuffer(this.inner.gpuBuffer as GPUBuffer, offset, staging, 0, size);
		device.queue.submit([encoder.finish()]);
		await staging.mapAsync(MAP_MODE_READ);
		const copy = new Float32Array(staging.getMappedRange().slice(0));
		staging.destroy();
		return copy;
	}
}

// The names GPUMapMode and GPUBufferUsage exist only where WebGPU does; these are their values.
const MAP_MODE_READ = 0x1;
const STAGING_USAGE = 0x1 | 0x8; // MAP_READ | COPY_DST
