import { expect, test } from 'vitest';
import {
	formatBytes,
	formatDuration,
	formatPlural,
	formatShare,
	formatTheta,
	formatWeight
} from '../../../src/lib/views/format.js';
import { keyValueBytes } from '../../../src/lib/views/layerCost.js';
import { madeConfig } from '../../support/madeTrace.js';

test('weights are neither rounded to nothing nor to all', () => {
	expect([0, 1, 0.5, 0.0005, 0.00001234, 0.99992, 0.9997].map(formatWeight)).toEqual([
		'0',
		'1.000',
		'0.500',
		'0.001',
		'1.2·10⁻⁵',
		'>0.9999',
		'0.9997'
	]);
	expect([0.001, 0.005, 0.61].map(formatShare)).toEqual(['<0.01', '0.01', '0.61']);
});

test('bytes are decimal with at most three digits', () => {
	expect([0, 999, 1000, 1_400_000, 27_754_544, 999_600, 4e9].map(formatBytes)).toEqual([
		'0 B',
		'999 B',
		'1.0 kB',
		'1.4 MB',
		'28 MB',
		'1.0 MB',
		'4.0 GB'
	]);
});

test('times, bases and counts read well', () => {
	expect([62.4, 999.6].map(formatDuration)).toEqual(['62 ms', '1.0 s']);
	expect([1_000_000, 10_000, 500].map(formatTheta)).toEqual(['1 M', '10 k', '500']);
	expect([formatPlural(1, 'token'), formatPlural(2048, 'token')]).toEqual([
		'1 token',
		'2,048 tokens'
	]);
});

test('windows bound what local layers keep', () => {
	// 6 layers, 5 of them local with a window of 4; 2 · 2 heads · 8 · 4 bytes a token and layer.
	expect(keyValueBytes(madeConfig.textConfig, 10)).toEqual({
		withWindows: (5 * 4 + 10) * 128,
		allGlobal: 60 * 128
	});
	expect(keyValueBytes(madeConfig.textConfig, 3)).toEqual({
		withWindows: 18 * 128,
		allGlobal: 18 * 128
	});
});
