import type * as Ort from 'onnxruntime-web';
import type { Runtime } from '../runtime/runtime.js';

/** Keys and values of one layer, `[batch, kvHeads, capacity, headDim]` each. */
export interface CacheEntry {
	readonly key: Ort.Tensor;
	readonly value: Ort.Tensor;
}

/** Memory for the keys and values of all layers, in place for as long as it lives. */
export class CacheStorage {
	/** Called when the memory goes, for what depends on it. */
	readonly onDispose: (() => void)[] = [];

	private constructor(
		readonly runtime: Runtime,
		/** One a layer. */
		readonly entries: readonly CacheEntry[]
	) {}

	/** Zeros. @param layerDims of each layer's keys and values */
	static async create(runtime: Runtime, layerDims: readonly (readonly number[])[]) {
		const entries: CacheEntry[] = [];
		for (const dims of layerDims) {
			entries.push({ key: await runtime.zeros(dims), value: await runtime.zeros(dims) });
		}
		return new CacheStorage(runtime, entries);
	}

	/**
	 * Further handles of the entries on the GPU.
	 *
	 * @param toDims from the dims of a layer's entries to others for the beginning of the same memory
	 */
	handles(toDims: (dims: readonly number[], layer: number) => readonly number[]): CacheEntry[] {
		const { Tensor } = this.runtime.ort;
		return this.entries.map(({ key, value }, layer) => {
			const handle = ({ gpuBuffer, dims }: Ort.Tensor) =>
				Tensor.fromGpuBuffer(gpuBuffer as GPUBuffer, {
					dataType: 'float32',
					dims: toDims(dims, layer)
				});
			return { key: handle(key), value: handle(value) };
		});
	}

	/** Takes over what a smaller or equal storage holds, to the beginning of each layer. */
	copyFrom(other: CacheStorage): void {
		const encoder = this.runtime.gpuDevice?.createCommandEncoder();
		this.entries.forEach((entry, layer) => {
			copyTensor(other.entries[layer].key, entry.key, encoder);
			copyTensor(other.entries[layer].value, entry.value, encoder);
		});
		if (encoder !== undefined) this.runtime.gpuDevice!.queue.submit([encoder.finish()]);
	}

	dispose(): void {
		for (const callback of this.onDispose) callback();
		for (const { key, value } of this.entries) {
			key.dispose();
			value.dispose();
		}
	}
}

function copyTensor(from: Ort.Tensor, to: Ort.Tensor, encoder: GPUCommandEncoder | undefined) {
	const [batch, heads, capacity, width] = from.dims;
	const larger = to.dims[2];
	for (let head = 0; head < batch * heads; head++) {
		const source = head * capacity * width;
		const target = head * larger * width;
		const size = capacity * width;
		if (encoder === undefined) {
			const held = (from.data as Float32Array).subarray(source, source + size);
			(to.data as Float32Array).set(held, target);
		} else {
			const [buffer, grown] = [from.gpuBuffer as GPUBuffer, to.gpuBuffer as GPUBuffer];
			encoder.copyBufferToBuffer(buffer, source * 4, grown, target * 4, size * 4);
		}
	}
}

/**
 * Keeps one disused storage of each shape for the next cache, and with it whatever was prepared for
 * its place in memory.
 */
export class CachePool {
	readonly #free = new Map<string, CacheStorage>();
	#isDisposed = false;

	async take(runtime: Runtime, layerDims: readonly (readonly number[])[]): Promise<CacheStorage> {
		const key = toKey(layerDims);
		const held = this.#free.get(key);
		if (held === undefined) return CacheStorage.create(runtime, layerDims);
		this.#free.delete(key);
		return held;
	}

	give(storage: CacheStorage): void {
		const key = toKey(storage.entries.map((entry) => entry.key.dims));
		if (this.#isDisposed || this.#free.has(key)) storage.dispose();
		else this.#free.set(key, storage);
	}

	dispose(): void {
		this.#isDisposed = true;
		for (const storage of this.#free.values()) storage.dispose();
		this.#free.clear();
	}
}

function toKey(layerDims: readonly (readonly number[])[]): string {
	return layerDims.map((dims) => dims.join(' ')).join(', ');
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
