import { isAbort } from './failure.js';

export type JobOutcome = 'done' | 'stopped' | 'refused' | 'failed';

export type Job = (signal: AbortSignal) => Promise<unknown>;

interface JobOptions {
	/** Asked when its turn has come; without leave it does not run. */
	readonly mayRun: () => boolean;
	readonly onStart?: () => void;
	readonly onError: (error: unknown) => void;
}

/**
 * One job after the other. Those the reader asked for have a name; one without a name works in the
 * background, and gives way to the next that has one.
 */
export class JobQueue<Activity extends string> {
	#activity = $state<Activity | 'none'>('none');
	#tail: Promise<unknown> = Promise.resolve();
	/** Of what is under way and of what waits for it. */
	#named: readonly AbortController[] = [];
	#background: readonly AbortController[] = [];

	/** What the reader asked for and is under way. */
	get activity(): Activity | 'none' {
		return this.#activity;
	}

	/** Nothing that the reader asked for is under way or waits. */
	get isIdle(): boolean {
		return this.#named.length === 0;
	}

	run(activity: Activity | null, job: Job, options: JobOptions): Promise<JobOutcome> {
		const controller = new AbortController();
		if (activity) {
			for (const other of this.#background) other.abort();
			this.#named = [...this.#named, controller];
		} else this.#background = [...this.#background, controller];
		const done = this.#tail.then(() => this.#do(activity, job, options, controller));
		this.#tail = done;
		return done;
	}

	/** Stops all that the reader asked for. */
	stop(): void {
		for (const controller of this.#named) controller.abort();
	}

	async #do(
		activity: Activity | null,
		job: Job,
		{ mayRun, onStart, onError }: JobOptions,
		controller: AbortController
	): Promise<JobOutcome> {
		const { signal } = controller;
		try {
			if (signal.aborted) return 'stopped';
			if (!mayRun()) return 'refused';
			if (activity) {
				this.#activity = activity;
				onStart?.();
			}
			await job(signal);
			return 'done';
		} catch (error) {
			if (signal.aborted && isAbort(error)) return 'stopped';
			onError(error);
			return 'failed';
		} finally {
			const others = (list: readonly AbortController[]) =>
				list.filter((other) => other !== controller);
			this.#named = others(this.#named);
			this.#background = others(this.#background);
			if (activity) this.#activity = 'none';
		}
	}
}
