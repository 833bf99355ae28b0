import { growTo, maybeInstance, type KernelInstance } from '../simd/instance.js';
import { assembleSha256, type Sha256Kernel } from './sha256Kernel.js';

const constants = primeFractions(64, 1 / 3);
const start = primeFractions(8, 1 / 2);

/** What a hash has seen, as plain data. */
export interface Sha256State {
	readonly words: readonly number[];
	readonly byteLength: number;
	/** The bytes of an unfinished block. */
	readonly rest: readonly number[];
}

/** Where the kernel's words, its schedule and the bytes to hash lie in its memory. */
const [stateAt, scheduleAt, sourceAt] = [0, 64, 320];
/** Bytes hashed by one call. */
const atOnce = 64 * 1024;
/** Fewer are not worth the way into the kernel's memory. */
const fewest = 256;

let kernel: KernelInstance<Sha256Kernel> | null | undefined;

/** SHA-256 of bytes that arrive in pieces, which the platform's own cannot do. */
export class Sha256 {
	readonly #words: Uint32Array;
	readonly #block = new Uint8Array(64);
	readonly #view = new DataView(this.#block.buffer);
	readonly #schedule = new Int32Array(64);
	#byteLength: number;

	/** @param state where another one stopped */
	constructor(state: Sha256State = { words: [...start], byteLength: 0, rest: [] }) {
		this.#words = Uint32Array.from(state.words);
		this.#block.set(state.rest);
		this.#byteLength = state.byteLength;
	}

	get byteLength(): number {
		return this.#byteLength;
	}

	get state(): Sha256State {
		const rest = this.#block.subarray(0, this.#byteLength % 64);
		return { words: [...this.#words], byteLength: this.#byteLength, rest: [...rest] };
	}

	update(bytes: Uint8Array): this {
		let position = 0;
		const filled = this.#byteLength % 64;
		this.#byteLength += bytes.byteLength;
		if (filled > 0) {
			position = Math.min(64 - filled, bytes.byteLength);
			this.#block.set(bytes.subarray(0, position), filled);
			if (filled + position < 64) return this;
			this.#compress(this.#view, 0);
		}
		if (bytes.byteLength - position >= fewest) position = this.#compressMany(bytes, position);
		const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		for (; position + 64 <= bytes.byteLength; position += 64) this.#compress(view, position);
		this.#block.set(bytes.subarray(position));
		return this;
	}

	/** Of what has come so far, hexadecimal. More may follow. */
	digest(): string {
		const copy = new Sha256(this.state);
		const filled = this.#byteLength % 64;
		const padding = new Uint8Array((filled < 56 ? 64 : 128) - filled);
		padding[0] = 0x80;
		const bits = BigInt(this.#byteLength) * 8n;
		new DataView(padding.buffer).setBigUint64(padding.byteLength - 8, bits);
		copy.update(padding);
		return Array.from(copy.#words, (word) => word.toString(16).padStart(8, '0')).join('');
	}

	/** Hashes whole blocks in WebAssembly, where there is any; returns where it stopped. */
	#compressMany(bytes: Uint8Array, position: number): number {
		if (kernel === undefined) kernel = maybeInstance<Sha256Kernel>(assembleSha256(constants));
		if (kernel === null) return position;
		const { kernels, memory } = kernel;
		growTo(memory, sourceAt + atOnce);
		const heap = new Uint8Array(memory.buffer);
		const words = new Uint32Array(memory.buffer, stateAt, 8);
		words.set(this.#words);
		while (bytes.byteLength - position >= 64) {
			const length = Math.min(atOnce, (bytes.byteLength - position) & ~63);
			heap.set(bytes.subarray(position, position + length), sourceAt);
			kernels.compress(stateAt, sourceAt, length / 64, scheduleAt);
			position += length;
		}
		this.#words.set(words);
		return position;
	}

	#compress(view: DataView, offset: number): void {
		const w = this.#schedule;
		for (let i = 0; i < 16; i++) w[i] = view.getInt32(offset + i * 4);
		for (let i = 16; i < 64; i++) {
			const x = w[i - 15];
			const y = w[i - 2];
			const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
			const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
			w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
		}
		let [a, b, c, d, e, f, g, h] = this.#words;
		for (let i = 0; i < 64; i++) {
			const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
			const t1 = (h + s1 + ((e & f) ^ (~e & g)) + constants[i] + w[i]) | 0;
			const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
			const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
			h = g;
			g = f;
			f = e;
			e = (d + t1) | 0;
			d = c;
			c = b;
			b = a;
			a = (t1 + t2) | 0;
		}
		const words = this.#words;
		words[0] += a;
		words[1] += b;
		words[2] += c;
		words[3] += d;
		words[4] += e;
		words[5] += f;
		words[6] += g;
		words[7] += h;
	}
}

/** The first 32 bits of the fractions of powers of the first primes, as the standard defines it. */
function primeFractions(count: number, power: number): Int32Array {
	const primes: number[] = [];
	for (let n = 2; primes.length < count; n++) {
		if (primes.every((prime) => n % prime !== 0)) primes.push(n);
	}
	// A double holds 52 bits of the root, and its whole part takes 5 of them at most.
	return Int32Array.from(primes, (prime) => Math.floor((prime ** power % 1) * 2 ** 32) | 0);
}
