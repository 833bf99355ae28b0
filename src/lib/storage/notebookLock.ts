const lockName = (id: string) => `gemma-loupe notebook ${id}`;

/**
 * Does a job while nobody else in this browser may change a notebook.
 *
 * @returns what the job returns; null at once if another has the lock
 */
export async function withNotebookLock<T>(id: string, job: () => Promise<T>): Promise<T | null> {
	// Old browsers have no locks; revisions still keep them from overwriting.
	if (!navigator.locks) return job();
	return navigator.locks.request(lockName(id), { ifAvailable: true }, (lock) =>
		lock ? job() : null
	);
}

/**
 * Waits for a notebook's lock and holds it.
 *
 * @returns the function that lets it go
 * @throws AbortError if the signal comes first
 */
export function acquireNotebookLock(
	id: string,
	{ signal, ifAvailable = false }: { signal?: AbortSignal; ifAvailable?: boolean } = {}
): Promise<(() => void) | null> {
	if (!navigator.locks) return Promise.resolve(() => {});
	return new Promise((resolve, reject) => {
		const options = ifAvailable ? { ifAvailable } : { signal };
		navigator.locks
			.request(lockName(id), options, (lock) => {
				if (!lock) return resolve(null);
				return new Promise<void>((release) => resolve(release));
			})
			.catch(reject);
	});
}
