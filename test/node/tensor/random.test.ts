import { expect, test } from 'vitest';
import { createNormal, createUniform } from '../../../src/lib/tensor/random.js';

const take = (next: () => number, count: number) => Array.from({ length: count }, () => next());

test('a seed gives the same numbers again; another seed or stream gives others', () => {
	expect(take(createUniform(7, 'a'), 5)).toEqual(take(createUniform(7, 'a'), 5));
	expect(take(createUniform(7, 'a'), 5)).not.toEqual(take(createUniform(8, 'a'), 5));
	expect(take(createUniform(7, 'a'), 5)).not.toEqual(take(createUniform(7, 'b'), 5));
});

test('uniform numbers fill [0, 1) evenly', () => {
	const counts = new Array(16).fill(0);
	for (const value of take(createUniform(1), 160_000)) counts[Math.floor(value * 16)]++;
	// Four deviations of a bin's count of 10,000.
	for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
});

test('normal numbers have the moments of a normal distribution', () => {
	const values = take(createNormal(1), 200_000);
	const moment = (power: number) =>
		values.reduce((sum, value) => sum + value ** power, 0) / values.length;
	console.log('moments 1 to 4:', [1, 2, 3, 4].map((power) => moment(power).toFixed(4)).join(', '));
	expect(Math.abs(moment(1))).toBeLessThan(0.01);
	expect(Math.abs(moment(2) - 1)).toBeLessThan(0.02);
	expect(Math.abs(moment(3))).toBeLessThan(0.04);
	expect(Math.abs(moment(4) - 3)).toBeLessThan(0.1);
	expect(values.every(Number.isFinite)).toBe(true);
});
