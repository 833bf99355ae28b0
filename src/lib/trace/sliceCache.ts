/** Keeps the most recently used values below a number of bytes. */
export class SliceCache<T> {
	readonly #entries = new Map<string, { value: T; byteLength: number }>();
	readonly #capacity: number;
	#byteLength = 0;

	/** @param capacity bytes to keep at most */
	constructor(capacity: number) {
		this.#capacity = capacity;
	}

	get byteLength(): number {
		return this.#byteLength;
	}

	get(key: string): T | undefined {
		const entry = this.#entries.get(key);
		if (!entry) return undefined;
		// A Map keeps insertion order: the first key is always the one used longest ago.
		this.#entries.delete(key);
		this.#entries.set(key, entry);
		return entry.value;
	}

	/** Keeps a value, dropping the oldest ones to make room; one larger than all of it is not kept. */
	set(key: string, value: T, byteLength: number): void {
		this.#drop(key);
		if (byteLength > this.#capacity) return;
		for (const oldest of this.#entries.keys()) {
			if (this.#byteLength + byteLength <= this.#capacity) break;
			this.#drop(oldest);
		}
		this.#entries.set(key, { value, byteLength });
		this.#byteLength += byteLength;
	}

	clear(): void {
		this.#entries.clear();
		this.#byteLength = 0;
	}

	#drop(key: string): void {
		const entry = this.#entries.get(key);
		if (!entry) return;
		this.#entries.delete(key);
		this.#byteLength -= entry.byteLength;
	}
}
