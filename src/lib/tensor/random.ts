/**
 * Uniform numbers in [0, 1), multiples of 2^-32, the same on every machine: Weyl sequence and the
 * finaliser of MurmurHash3 ("splitmix32").
 *
 * @param seed any number; its lower 32 bits count
 * @param stream numbers of another stream are independent of these
 */
export function createUniform(seed: number, stream = ''): () => number {
	let state = mix((seed ^ hash(stream)) | 0);
	return () => {
		state = (state + 0x9e3779b9) | 0;
		return (mix(state) >>> 0) / 0x100000000;
	};
}

/** Numbers of mean 0 and deviation 1 (Box and Muller), see `createUniform`. */
export function createNormal(seed: number, stream = ''): () => number {
	const uniform = createUniform(seed, stream);
	let spare: number | null = null;
	return () => {
		if (spare !== null) {
			const value = spare;
			spare = null;
			return value;
		}
		// 1 - u is never 0, whose logarithm is infinite.
		const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
		const angle = 2 * Math.PI * uniform();
		spare = radius * Math.sin(angle);
		return radius * Math.cos(angle);
	};
}

function mix(value: number): number {
	value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
	value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
	return value ^ (value >>> 16);
}

/** FNV-1a over UTF-16 code units. */
function hash(text: string): number {
	let value = 0x811c9dc5;
	for (let i = 0; i < text.length; i++) {
		value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
	}
	return value;
}
