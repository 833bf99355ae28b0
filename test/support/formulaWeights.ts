/** A tensor whose values a formula gives: uniform around `base`, at most `scale` away. */
export interface FormulaTensor {
	readonly name: string;
	readonly shape: readonly number[];
	/** A float32. */
	readonly scale: number;
	readonly base: number;
}

/**
 * Values `start` to `end` of a formula tensor as bfloat16 bit patterns: `bfloat16(((lowbias32(i xor
 * fnv1a32(name)) / 2^32) - 0.5) * 2 * scale + base)`, in float64 up to the rounding.
 */
export function formulaBfloat16(
	{ name, scale, base }: FormulaTensor,
	start: number,
	end: number
): Uint16Array {
	const salt = fnv1a32(name);
	const halves = new Uint16Array(end - start);
	const value = new Float32Array(1);
	const word = new Uint32Array(value.buffer);
	for (let i = start; i < end; i++) {
		let hash = i ^ salt;
		hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
		hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
		hash = (hash ^ (hash >>> 16)) >>> 0;
		value[0] = (hash / 0x100000000 - 0.5) * 2 * scale + base;
		// To nearest, ties to even; there is no infinity and no NaN among them.
		halves[i - start] = (word[0] + 0x7fff + ((word[0] >>> 16) & 1)) >>> 16;
	}
	return halves;
}

/** FNV-1a over the name's bytes. */
function fnv1a32(text: string): number {
	let hash = 0x811c9dc5;
	for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
	return hash >>> 0;
}
