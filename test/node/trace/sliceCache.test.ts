import { expect, test } from 'vitest';
import { SliceCache } from '../../../src/lib/trace/sliceCache.js';

test('the value used longest ago makes room', () => {
	const cache = new SliceCache<string>(10);
	cache.set('a', 'A', 4);
	cache.set('b', 'B', 4);
	expect(cache.get('a')).toBe('A');
	cache.set('c', 'C', 4);
	expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual(['A', undefined, 'C']);
	expect(cache.byteLength).toBe(8);
});

test('a value set twice counts once, a value too large is not kept', () => {
	const cache = new SliceCache<string>(10);
	cache.set('a', 'A', 4);
	cache.set('a', 'A2', 6);
	expect(cache.byteLength).toBe(6);
	cache.set('a', 'A3', 11);
	expect(cache.get('a')).toBeUndefined();
	expect(cache.byteLength).toBe(0);
	cache.set('b', 'B', 10);
	cache.clear();
	expect(cache.byteLength).toBe(0);
});
