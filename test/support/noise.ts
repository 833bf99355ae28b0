/** The upper bytes of a 32-bit linear congruential generator, as in test/fixtures/images/make.py. */
export function noise(count: number, seed: number): Uint8Array {
	const values = new Uint8Array(count);
	let state = seed;
	for (let index = 0; index < count; index++) {
		state = (Math.imul(state, 1664525) + 1013904223) | 0;
		values[index] = state >>> 24;
	}
	return values;
}
