import { expect, test } from 'vitest';
import { FocusState } from '../../src/lib/state/FocusState.svelte.js';

test('pointing previews over what is locked, and leaves it as it was', () => {
	const focus = new FocusState();
	expect(focus.cell).toBeNull();
	focus.toggleLock({ query: 3, key: 1 });
	focus.hover({ query: 5, key: null });
	expect(focus.cell).toEqual({ query: 5, key: null });
	focus.hover(null);
	expect(focus.cell).toEqual({ query: 3, key: 1 });
});

test('a second click on the locked cell releases it, a click elsewhere moves the lock', () => {
	const focus = new FocusState();
	focus.toggleLock({ query: 3, key: 1 });
	focus.toggleLock({ query: 3, key: 2 });
	expect(focus.locked).toEqual({ query: 3, key: 2 });
	focus.toggleLock({ query: 3, key: 2 });
	expect(focus.locked).toBeNull();
});

test('release says whether there was something to release', () => {
	const focus = new FocusState();
	focus.hover({ query: 0, key: 0 });
	expect(focus.release()).toBe(true);
	expect(focus.release()).toBe(false);
});

test('what another trace no longer has is let go of', () => {
	const focus = new FocusState();
	focus.toggleLock({ query: 9, key: 2 });
	focus.selectLayer(11);
	focus.selectHead(3);
	focus.fit({ tokens: 10, layers: 12, heads: 4 });
	expect([focus.locked, focus.layer, focus.head]).toEqual([{ query: 9, key: 2 }, 11, 3]);
	focus.fit({ tokens: 9, layers: 6, heads: 2 });
	expect([focus.locked, focus.layer, focus.head]).toEqual([null, 5, 0]);
	focus.selectHead('mean');
	focus.fit({ tokens: 9, layers: 6, heads: 1 });
	expect(focus.head).toBe('mean');
});
