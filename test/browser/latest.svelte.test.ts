import { expect, test } from 'vitest';
import { Latest } from '../../src/lib/state/Latest.svelte.js';

/** An answer that comes when it is told to. */
function later<T>() {
	let give!: (value: T) => void;
	let fail!: (error: Error) => void;
	const promise = new Promise<T>((resolve, reject) => {
		give = resolve;
		fail = reject;
	});
	return { promise, give, fail };
}

test('a late answer never replaces a newer one', async () => {
	const latest = new Latest<string>();
	const slow = later<string>();
	let slowSignal!: AbortSignal;
	const first = latest.ask((signal) => {
		slowSignal = signal;
		return slow.promise;
	});
	const second = latest.ask(async () => 'new');
	await second;
	expect(slowSignal.aborted).toBe(true);
	slow.give('old');
	await first;
	expect(latest.value).toBe('new');
	expect(latest.pending).toBe(false);
});

test('the last answer stays while the next is on its way, and after it failed', async () => {
	const latest = new Latest<string>();
	await latest.ask(async () => 'kept');
	const next = later<string>();
	const asking = latest.ask(() => next.promise);
	expect([latest.value, latest.pending]).toEqual(['kept', true]);
	next.fail(new Error('out of memory'));
	await asking;
	expect(latest.value).toBe('kept');
	expect(latest.failure).toEqual({
		message: 'Out of memory.',
		remedy: 'There is too little memory. Close other tabs, or shorten the prompt, and try again.'
	});
	await latest.ask(async () => 'well');
	expect(latest.failure).toBeNull();
});

test('giving up is no failure', async () => {
	const latest = new Latest<string>();
	const asking = latest.ask(async (signal) => {
		await new Promise((resolve) => setTimeout(resolve, 5));
		signal.throwIfAborted();
		return 'never';
	});
	latest.cancel();
	await asking;
	expect([latest.value, latest.failure, latest.pending]).toEqual([null, null, false]);
});
