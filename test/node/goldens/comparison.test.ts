import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTensor } from '../../../src/lib/tensor/tensor.js';
import { findCases } from '../../goldens/cases.js';
import {
	compareAbsolute,
	compareExact,
	compareRelative,
	isOk,
	worst
} from '../../goldens/comparison.js';

const tensor = (...values: number[]) =>
	createTensor('float32', [values.length], Float32Array.from(values));

test('the largest difference counts, and a value that is no number is the worst of all', () => {
	expect(compareAbsolute('x', tensor(1, 2), tensor(1, 2.5), 0.1).maxError).toBe(0.5);
	expect(compareAbsolute('x', tensor(NaN, 2), tensor(1, 2), 0.1).maxError).toBe(Infinity);
	expect(compareAbsolute('x', tensor(1, 2), tensor(NaN, 2), 0.1).maxError).toBe(Infinity);
	expect(isOk(compareAbsolute('x', tensor(1), tensor(1, 2), 0.1))).toBe(false);
});

test('a relative tolerance grows with the largest reference value, but not below one', () => {
	expect(compareRelative('x', tensor(0), tensor(-200), 0.01).tolerance).toBe(2);
	expect(compareRelative('x', tensor(0), tensor(0.1), 0.01).tolerance).toBe(0.01);
});

test('one line stands for the part that is furthest beyond its tolerance', () => {
	const parts = [
		{ name: 'a', maxError: 0.5, tolerance: 1 },
		{ name: 'b', maxError: 0.2, tolerance: 0.1 },
		compareExact('c', [1], [1])
	];
	expect(worst('case', parts)).toEqual({ name: 'case (b)', maxError: 0.2, tolerance: 0.1 });
	expect(isOk(worst('case', []))).toBe(false);
});

test('cases are found by what lies in a folder, and an unknown one fails instead of hiding', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'goldens-'));
	expect(findCases(folder)).toEqual([]);
	cpSync('test/fixtures/goldens/masks.json', join(folder, 'masks-2.json'));
	writeFileSync(join(folder, 'novel.json'), '[]');
	const [masks, novel] = findCases(folder);
	expect(isOk(worst(masks.name, await masks.run()))).toBe(true);
	expect(novel.name).toBe('novel.json');
	expect(() => novel.run()).toThrow('not supported yet');
});

test('one cell that differs makes a case fail', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'goldens-'));
	const masks = JSON.parse(readFileSync('test/fixtures/goldens/masks.json', 'utf8'));
	masks[5].full_attention[1] = masks[5].full_attention[1].replace('1', '0');
	writeFileSync(join(folder, 'masks.json'), JSON.stringify(masks));
	const [{ name, run }] = findCases(folder);
	const result = worst(name, await run());
	expect(isOk(result)).toBe(false);
	expect(result.name).toContain('full_attention of prompt 5');
});
