import type * as Ort from 'onnxruntime-web';
import type { WeightInput } from '../onnx/graphBuilder.js';
import type { Runtime } from './runtime.js';

const USAGE = 0x80 | 0x8; // GPUBufferUsage.STORAGE | COPY_DST
/** Bytes handed to the GPU at once, so that what waits on the way stays small. */
const PIECE = 64 * 2 ** 20;

/** Weights on the GPU, each once, for all graphs that take them as inputs. */
export class WeightBuffers {
	readonly #tensors = new Map<string, Ort.Tensor>();

	constructor(readonly runtime: Runtime) {}

	/** Uploads the weight unless it is there. */
	tensor({ name, type, dims, data }: WeightInput): Ort.Tensor {
		const held = this.#tensors.get(name);
		if (held !== undefined) return held;
		const { ort, gpuDevice } = this.runtime;
		const values = data();
		const buffer = gpuDevice!.createBuffer({ size: values.byteLength, usage: USAGE });
		for (let start = 0; start < values.byteLength; start += PIECE) {
			const size = Math.min(PIECE, values.byteLength - start);
			const piece = new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset + start, size);
			gpuDevice!.queue.writeBuffer(buffer, start, piece);
		}
		const tensor = ort.Tensor.fromGpuBuffer(buffer, {
			dataType: type,
			dims,
			dispose: () => buffer.destroy()
		});
		this.#tensors.set(name, tensor);
		return tensor;
	}

	dispose(): void {
		for (const tensor of this.#tensors.values()) tensor.dispose();
		this.#tensors.clear();
	}
}

/** Buffers on WebGPU; on the CPU, graphs hold their weights themselves. */
export function createWeightBuffers(runtime: Runtime): WeightBuffers | undefined {
	return runtime.device === 'webgpu' ? new WeightBuffers(runtime) : undefined;
}
