import type { Runtime } from '../runtime/runtime.js';
import type { Gemma3TextConfig } from './configuration.js';
import type * as Ort from 'onnxruntime-web';

export interface CacheEntry {
	key: Ort.Tensor;
	value: Ort.Tensor;
}

const SMALLEST_CAPACITY = 64;

/**
 * Keys (after RoPE) and values of every layer, `[batch, kvHeads, capacity, headDim]` each, of which
 * the first `length` places are filled. A forward pass appends to it. The capacity is a power of
 * two, so that on WebGPU the shapes, and with them the compiled pipelines, seldom change.
 */
export class KeyValueCache {
	/** Tokens held. */
	length = 0;
	#capacity = 0;
	#entries: CacheEntry[] = [];

	constructor(
		readonly runtime: Runtime,
		readonly config: Gemma3TextConfig,
		readonly batchSize: number
	) {}

	get capacity(): number {
		return this.#capacity;
	}

	/** One entry a layer. */
	get entries(): readonly CacheEntry[] {
		return this.#entries;
	}

	get byteLength(): number {
		const { numKeyValueHeads, headDim, numHiddenLayers } = this.config;
		return 2 * 4 * numHiddenLayers * this.batchSize * numKeyValueHeads * this.#capacity * headDim;
	}

	/** Forgets what lies behind the first `length` tokens. */
	crop(length: number): void {
		if (!Number.isInteger(length) || length < 0 || length > this.length) {
			throw new RangeError(`invalid cache length: ${length} of ${this.length}`);
		}
		this.length = length;
	}

	/** Makes room for `length` tokens; what is held stays. */
	async reserve(length: number): Promise<void> {
		if (length <= this.#capacity) return;
		let capacity = Math.max(SMALLEST_CAPACITY, this.#capacity);
		while (capacity < length) capacity *= 2;
		const held = this.#entries;
		const entries: CacheEntry[] = [];
		for (let layer = 0; layer < this.config.numHiddenLayers; layer++) {
			entries.push({
				key: await this.#grown(held[layer]?.key, capacity),
				value: await this.#grown(held[layer]?.value, capacity)
			});
		}
		this.dispose();
		this.#entries = entries;
		this.#capacity = capacity;
	}

	/** Takes over the whole cache that a run gave back on the GPU. */
	replace(layer: number, entry: CacheEntry): void {
		disposeEntry(this.#entries[layer]);
		this.#entries[layer] = entry;
	}

	/** Copies the rows that a run added, `[batch, kvHeads, queries, headDim]`, in behind the held ones. */
	append(layer: number, key: Float32Array, value: Float32Array): void {
		const { headDim } = this.config;
		const rows = this.batchSize * this.config.numKeyValueHeads;
		const added = key.length / rows;
		const entry = this.#entries[layer];
		for (let row = 0; row < rows; row++) {
			const target = (row * this.#capacity + this.length) * headDim;
			const from = row * added;
			(entry.key.data as Float32Array).set(key.subarray(from, from + added), target);
			(entry.value.data as Float32Array).set(value.subarray(from, from + added), target);
		}
	}

	dispose(): void {
		this.#entries.forEach(disposeEntry);
		this.#entries = [];
		this.#capacity = 0;
	}

	async #grown(tensor: Ort.Tensor | undefined, capacity: number): Promise<Ort.Tensor> {
		const { numKeyValueHeads: heads, headDim } = this.config;
		const data = new Float32Array(this.batchSize * heads * capacity * headDim);
		if (tensor !== undefined) {
			const held = (await tensor.getData()) as Float32Array;
			const row = this.#capacity * headDim;
			for (let i = 0; i < this.batchSize * heads; i++) {
				data.set(held.subarray(i * row, (i + 1) * row), i * capacity * headDim);
			}
		}
		const dims = [this.batchSize, heads, capacity, headDim];
		return new this.runtime.ort.Tensor('float32', data, dims);
	}
}

function disposeEntry(entry: CacheEntry | undefined) {
	entry?.key.dispose();
	entry?.value.dispose();
}
