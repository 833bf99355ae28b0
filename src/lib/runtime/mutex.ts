/** Runs jobs one after another; a job that fails does not stop the next. */
export class Mutex {
	#tail: Promise<unknown> = Promise.resolve();

	/**
	 * @param signal a job that waits when it is aborted never starts
	 * @throws whatever the job throws, or the signal's reason
	 */
	run<T>(job: () => Promise<T>, signal?: AbortSignal): Promise<T> {
		const result = this.#tail.then(() => {
			signal?.throwIfAborted();
			return job();
		});
		this.#tail = result.catch(() => {});
		return result;
	}
}
