import type * as Ort from 'onnxruntime-web';
import type { Runtime } from '../runtime/runtime.js';
import { ringCapacity, ringPositions, type CacheLayout } from './cacheLayout.js';
import { CachePool, writeRows, type CacheEntry, type CacheStorage } from './cacheStorage.js';
import type { Gemma3TextConfig, LayerType } from './configuration.js';
import { longestChunk } from './passSizes.js';

export interface CacheOptions {
	/** Keep only the window in local layers. Then a pass may be no longer than `longestPass`. */
	readonly ring?: boolean;
	/** Queries of the longest pass, padding included; 256 by default. */
	readonly longestPass?: number;
	/** Where disused memory goes, and new memory comes from. */
	readonly pool?: CachePool;
}

export type CacheLayouts = Readonly<Record<LayerType, CacheLayout>>;

const SMALLEST_CAPACITY = 64;

/**
 * Keys (after RoPE) and values of every layer, `[batch, kvHeads, capacity, headDim]` each. A forward
 * pass appends to it. The capacity doubles when it is full, so that on WebGPU the shapes, and with
 * them the compiled pipelines, seldom change. As a ring, local layers stop growing at the window
 * and one pass.
 */
export class KeyValueCache {
	/** Tokens held. */
	#length = 0;
	/** One more than the highest position ever written; positions behind `length` are left over. */
	#written = 0;
	#capacity = 0;
	#storage: CacheStorage | undefined;
	readonly #pool: CachePool;
	readonly #ownsPool: boolean;
	readonly #ring: number;
	/** Queries that may run at once, where it is a ring. */
	readonly longestPass: number;

	constructor(
		readonly runtime: Runtime,
		readonly config: Gemma3TextConfig,
		readonly batchSize: number,
		{ ring = false, longestPass = longestChunk, pool }: CacheOptions = {}
	) {
		this.#pool = pool ?? new CachePool();
		this.#ownsPool = pool === undefined;
		this.longestPass = longestPass;
		this.#ring = ring ? ringCapacity(config.slidingWindow, longestPass) : Infinity;
	}

	get length(): number {
		return this.#length;
	}

	/** Whether local layers keep only their window. */
	get isRing(): boolean {
		return this.#ring < Infinity;
	}

	/** Places in the layers that see everything. */
	get capacity(): number {
		return this.#capacity;
	}

	/** One entry a layer. */
	get entries(): readonly CacheEntry[] {
		return this.#storage?.entries ?? [];
	}

	/** Where the entries lie, once there are any. */
	get storage(): CacheStorage | undefined {
		return this.#storage;
	}

	get byteLength(): number {
		return this.config.layerTypes.reduce((sum, kind) => sum + this.layerBytes(kind), 0);
	}

	/** Bytes of the keys and values of one layer. */
	layerBytes(kind: LayerType): number {
		const { numKeyValueHeads, headDim } = this.config;
		return 2 * 4 * this.batchSize * numKeyValueHeads * this.capacityOf(kind) * headDim;
	}

	capacityOf(kind: LayerType): number {
		return kind === 'full_attention' ? this.#capacity : Math.min(this.#capacity, this.#ring);
	}

	/** The positions that a layer still holds, half-open. */
	held(kind: LayerType): { start: number; end: number } {
		const start = Math.max(0, this.#written - Math.max(1, this.capacityOf(kind)));
		return { start: Math.min(start, this.#length), end: this.#length };
	}

	/** Whether the cache can go on from `length` tokens: local layers must still hold the window. */
	canCrop(length: number): boolean {
		const first = Math.max(0, length - this.config.slidingWindow + 1);
		return length === 0 || this.held('sliding_attention').start <= first;
	}

	/**
	 * Forgets what lies behind the first `length` tokens.
	 *
	 * @throws RangeError if it holds fewer, or a ring has overwritten the window before them
	 */
	crop(length: number): void {
		if (!Number.isInteger(length) || length < 0 || length > this.#length) {
			throw new RangeError(`invalid cache length: ${length} of ${this.#length}`);
		}
		if (!this.canCrop(length)) {
			const { start } = this.held('sliding_attention');
			throw new RangeError(
				`cannot go back to ${length} tokens: local layers hold those from ${start} on; crop to 0 and run the tokens again`
			);
		}
		this.#length = length;
		if (length === 0) this.#written = 0;
	}

	/**
	 * Makes room for a pass and says where its keys go.
	 *
	 * @param paddedQueries of which the first `queries` are tokens
	 * @throws RangeError if a ring is too short for so long a pass
	 */
	async prepare(queries: number, paddedQueries = queries): Promise<CacheLayouts> {
		const end = this.#length + paddedQueries;
		const firstSeen = Math.max(0, this.#length - this.config.slidingWindow + 1);
		if (Math.max(end, this.#written) - this.#ring > firstSeen) {
			throw new RangeError(
				`${paddedQueries} tokens at once would overwrite the window of a ring of ${this.#ring}; run them in shorter pieces`
			);
		}
		await this.reserve(end);
		this.#written = Math.max(this.#written, end);
		const layout = (kind: LayerType): CacheLayout => {
			const capacity = this.capacityOf(kind);
			const length = this.#length + queries;
			return {
				capacity,
				positions: ringPositions(capacity, length, this.#written),
				rows: Int32Array.from(
					{ length: paddedQueries },
					(_, query) => (this.#length + query) % capacity
				)
			};
		};
		return {
			full_attention: layout('full_attention'),
			sliding_attention: layout('sliding_attention')
		};
	}

	/** Copies the rows that a run on the CPU added, `[batch, kvHeads, queries, headDim]`, to their places. */
	write(layer: number, rows: Int32Array, key: Ort.Tensor, value: Ort.Tensor): void {
		writeRows(this.entries[layer].key, rows, key);
		writeRows(this.entries[layer].value, rows, value);
	}

	/** Counts the tokens of a run that has ended. */
	append(queries: number): void {
		this.#length += queries;
	}

	/** Makes room for `length` tokens; what is held stays. */
	async reserve(length: number): Promise<void> {
		if (length <= this.#capacity) return;
		let capacity = Math.max(SMALLEST_CAPACITY, this.#capacity);
		while (capacity < length) capacity *= 2;
		const { numKeyValueHeads, headDim, layerTypes } = this.config;
		const layerDims = layerTypes.map((kind) => {
			const places = kind === 'full_attention' ? capacity : Math.min(capacity, this.#ring);
			return [this.batchSize, numKeyValueHeads, places, headDim];
		});
		const storage = await this.#pool.take(this.runtime, layerDims);
		if (this.#storage !== undefined) {
			storage.copyFrom(this.#storage);
			this.#pool.give(this.#storage);
		}
		this.#storage = storage;
		this.#capacity = capacity;
	}

	dispose(): void {
		if (this.#storage !== undefined) this.#pool.give(this.#storage);
		if (this.#ownsPool) this.#pool.dispose();
		this.#storage = undefined;
		this.#capacity = 0;
		this.#length = 0;
		this.#written = 0;
	}
}
