import { expect, test } from 'vitest';
import { formatSeconds } from '../../../src/lib/views/format.js';
import { addSample, transferRate, type Sample } from '../../../src/lib/views/transferRate.js';

const rateOf = (points: readonly (readonly [at: number, loaded: number])[]) =>
	transferRate(points.reduce<Sample[]>((all, [at, loaded]) => addSample(all, { at, loaded }), []));

test('a steady rate is what it is; too short a while has none', () => {
	expect(rateOf([])).toBeNull();
	expect(rateOf([[0, 0]])).toBeNull();
	expect(
		rateOf([
			[0, 0],
			[100, 1e6]
		])
	).toBeNull();
	expect(
		rateOf([
			[0, 0],
			[1000, 2e6],
			[2000, 4e6]
		])
	).toBe(2e6);
	expect(
		rateOf([
			[0, 5],
			[1000, 5]
		])
	).toBeNull();
});

test('a rate forgets what is long ago, and starts over with what starts over', () => {
	const points = Array.from({ length: 20 }, (_, i) => [i * 1000, i < 10 ? i * 1e6 : 9e6] as const);
	expect(rateOf(points)).toBeNull();
	expect(
		rateOf([
			[0, 0],
			[1000, 1e6],
			[2000, 0],
			[3000, 3e6]
		])
	).toBe(3e6);
});

test('time left reads as people say it', () => {
	expect([0.2, 38.4, 99, 150, 4000].map(formatSeconds)).toEqual([
		'1 s',
		'38 s',
		'99 s',
		'3 min',
		'1 h 7 min'
	]);
});
