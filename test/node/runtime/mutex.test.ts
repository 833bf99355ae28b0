import { expect, test } from 'vitest';
import { Mutex } from '../../../src/lib/runtime/mutex.js';

const pause = () => new Promise((resolve) => setTimeout(resolve, 1));

test('jobs run one after another in the order of their calls', async () => {
	const mutex = new Mutex();
	const log: string[] = [];
	const job = (name: string) => async () => {
		log.push(`${name} starts`);
		await pause();
		log.push(`${name} ends`);
	};
	await Promise.all([mutex.run(job('a')), mutex.run(job('b'))]);
	expect(log).toEqual(['a starts', 'a ends', 'b starts', 'b ends']);
});

test('a job that fails does not stop the next', async () => {
	const mutex = new Mutex();
	const failing = mutex.run(() => Promise.reject(new Error('broken')));
	const next = mutex.run(async () => 'fine');
	await expect(failing).rejects.toThrow('broken');
	await expect(next).resolves.toBe('fine');
});

test('a waiting job that is aborted never starts', async () => {
	const mutex = new Mutex();
	const controller = new AbortController();
	let started = false;
	const first = mutex.run(pause);
	const second = mutex.run(async () => {
		started = true;
	}, controller.signal);
	controller.abort();
	await first;
	await expect(second).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
	expect(started).toBe(false);
});
