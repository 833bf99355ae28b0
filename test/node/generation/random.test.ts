import { expect, test } from 'vitest';
import { createRandom, type RandomState } from '../../../src/lib/generation/random.js';

test('gives the published outputs of xoshiro128** 1.1 from the state 1, 2, 3, 4', () => {
	const outputs = [
		11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597,
		4258142804
	];
	const random = createRandom(0);
	random.restore([1, 2, 3, 4]);
	for (let i = 0; i < outputs.length; i += 2) {
		const bits = (BigInt(outputs[i] >>> 5) << 26n) | BigInt(outputs[i + 1] >>> 6);
		expect(random.next()).toBe(Number(bits) / 2 ** 53);
	}
});

test('numbers lie in [0, 1), evenly, and use 53 bits', () => {
	const random = createRandom(5);
	const counts = new Array<number>(10).fill(0);
	let fine = 0;
	for (let i = 0; i < 100_000; i++) {
		const value = random.next();
		counts[Math.floor(value * 10)]++;
		if (!Number.isInteger(value * 2 ** 52)) fine++;
	}
	expect(Object.keys(counts)).toHaveLength(10);
	// Standard deviation 95.
	expect(counts.every((count) => Math.abs(count - 10_000) < 450)).toBe(true);
	expect(Math.abs(fine - 50_000)).toBeLessThan(800);
});

test('equal seeds give equal numbers, other seeds others', () => {
	const draw = (seed: number) => {
		const random = createRandom(seed);
		return Array.from({ length: 50 }, () => random.next());
	};
	expect(draw(42)).toEqual(draw(42));
	const starts = [0, 1, 2, 42, 2 ** 32, 2 ** 32 + 1, 2 ** 40, Number.MAX_SAFE_INTEGER];
	expect(new Set(starts.map((seed) => draw(seed)[0])).size).toBe(starts.length);
});

test('a state that is put back replays the numbers after it', () => {
	const random = createRandom(7);
	random.next();
	const state = random.state;
	const first = [random.next(), random.next(), random.next()];
	expect(random.state).not.toEqual(state);
	random.restore(state);
	expect([random.next(), random.next(), random.next()]).toEqual(first);
	const other = createRandom(0);
	other.restore(JSON.parse(JSON.stringify(state)) as RandomState);
	expect(other.next()).toBe(first[0]);
});

test('refuses seeds and states that it could not replay', () => {
	for (const seed of [-1, 0.5, NaN, 2 ** 53]) {
		expect(() => createRandom(seed)).toThrow(`got ${seed}`);
	}
	const random = createRandom(1);
	const before = random.state;
	for (const state of [
		[0, 0, 0, 0],
		[1, 2, 3],
		[1, 2, 3, 4, 5],
		[1, 2, 3, -4],
		[1, 2, 3, 0.5]
	]) {
		expect(() => random.restore(state as unknown as RandomState)).toThrow(
			`got [${state.join(', ')}]`
		);
	}
	expect(random.state).toEqual(before);
});
