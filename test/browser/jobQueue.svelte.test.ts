import { expect, test } from 'vitest';
import { JobQueue } from '../../src/lib/state/JobQueue.svelte.js';

const options = {
	mayRun: () => true,
	onError: (error: unknown) => {
		throw error;
	}
};

/** A job that ends when it is told, or stopped. */
function createJob() {
	let finish!: () => void;
	const job = (signal: AbortSignal) =>
		new Promise<void>((resolve, reject) => {
			finish = resolve;
			signal.addEventListener('abort', () => reject(signal.reason));
		});
	return { job, finish: () => finish() };
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

test('jobs run one after the other, and say what is under way', async () => {
	const queue = new JobQueue<'first' | 'second'>();
	const first = createJob();
	const second = createJob();
	const outcomes = [
		queue.run('first', first.job, options),
		queue.run('second', second.job, options)
	];
	await turn();
	expect(queue.activity).toBe('first');
	first.finish();
	await turn();
	expect(queue.activity).toBe('second');
	expect(queue.isIdle).toBe(false);
	second.finish();
	expect(await Promise.all(outcomes)).toEqual(['done', 'done']);
	expect(queue.activity).toBe('none');
	expect(queue.isIdle).toBe(true);
});

test('stop ends what is under way and what waits, but nothing that comes later', async () => {
	const queue = new JobQueue<'job'>();
	const outcomes = [0, 1].map(() => queue.run('job', createJob().job, options));
	await turn();
	queue.stop();
	outcomes.push(queue.run('job', async () => {}, options));
	expect(await Promise.all(outcomes)).toEqual(['stopped', 'stopped', 'done']);
});

test('background work gives way to what the reader asks for, and stop leaves it alone', async () => {
	const queue = new JobQueue<'job'>();
	const given = createJob();
	const background = queue.run(null, given.job, options);
	await turn();
	expect(queue.activity).toBe('none');
	queue.stop();
	const asked = queue.run('job', async () => {}, options);
	expect(await background).toBe('stopped');
	expect(await asked).toBe('done');
	const next = createJob();
	const kept = queue.run(null, next.job, options);
	await turn();
	queue.stop();
	next.finish();
	expect(await kept).toBe('done');
});

test('an error is told once, and the next job runs all the same', async () => {
	const queue = new JobQueue<'job'>();
	const errors: unknown[] = [];
	const onError = (error: unknown) => errors.push(error);
	const failing = queue.run('job', () => Promise.reject(new Error('no')), { ...options, onError });
	const refused = queue.run('job', createJob().job, { ...options, mayRun: () => false });
	// An abort that nobody asked for is an error like any other.
	const cut = queue.run('job', () => Promise.reject(new DOMException('cut', 'AbortError')), {
		...options,
		onError
	});
	const next = queue.run('job', async () => {}, options);
	expect(await Promise.all([failing, refused, cut, next])).toEqual([
		'failed',
		'refused',
		'failed',
		'done'
	]);
	expect(errors).toHaveLength(2);
});
