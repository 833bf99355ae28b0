/** A seeded generator of numbers in [0, 1) (mulberry32). */
export function createRandom(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
}

const RANGES: readonly (readonly [number, number])[] = [
	[0x20, 0x7e],
	[0x61, 0x7a],
	[0x09, 0x0d],
	[0x20, 0x20],
	[0x00, 0x1f],
	[0xa0, 0x17f],
	[0x400, 0x44f],
	[0x4e00, 0x9fff],
	[0xac00, 0xd7a3],
	[0x2000, 0x206f],
	[0xfe00, 0xffff],
	[0x1f300, 0x1faff],
	[0x10000, 0x10ffff]
];

/** Well-formed text of up to `maxLength` code points from many scripts, without `▁` (U+2581). */
export function randomText(random: () => number, maxLength: number): string {
	const length = Math.floor(random() * (maxLength + 1));
	return Array.from({ length }, () => {
		const [first, last] = RANGES[Math.floor(random() * RANGES.length)]!;
		return String.fromCodePoint(first + Math.floor(random() * (last - first + 1)));
	}).join('');
}
