import { SourceError } from './source.js';

/** What to do when a connection is lost or a server asks for patience. */
export interface RetryPolicy {
	/** How often in a row, without a byte in between, a request is tried again; 0 for never. */
	readonly retries: number;
	/** Milliseconds before the next try, `attempt` counting from 0. */
	readonly delay?: (attempt: number) => number;
	/** Told that there will be another try, and why. */
	readonly onRetry?: (error: SourceError) => void;
}

/** A server that asks for more patience than this is not waited for, milliseconds. */
const longestWait = 60_000;

/**
 * Runs a job again while it fails for a passing reason.
 *
 * @param progress how far the job has come: after a step forward the tries are counted anew
 * @throws what the job throws last, or the signal's reason
 */
export async function withRetries<T>(
	{ retries, delay = (attempt) => 500 * 2 ** attempt, onRetry }: RetryPolicy,
	job: () => Promise<T>,
	signal?: AbortSignal,
	progress: () => number = () => 0
): Promise<T> {
	let reached = progress();
	for (let attempt = 0; ; attempt++) {
		try {
			return await job();
		} catch (error) {
			if (!(error instanceof SourceError) || !error.isPassing) throw error;
			if (progress() > reached) attempt = 0;
			reached = progress();
			const wait = error.retryAfter ?? delay(attempt);
			if (attempt >= retries || wait > longestWait) throw error;
			onRetry?.(error);
			await pause(wait, signal);
		}
	}
}

function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		const stop = () => {
			clearTimeout(timer);
			reject(signal!.reason as Error);
		};
		const timer = setTimeout(() => {
			signal?.removeEventListener('abort', stop);
			resolve();
		}, milliseconds);
		if (signal?.aborted) stop();
		else signal?.addEventListener('abort', stop, { once: true });
	});
}
