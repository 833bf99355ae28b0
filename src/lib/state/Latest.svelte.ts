import { isAbort, toFailure, type Failure } from './failure.js';

/** The newest answer of a question that keeps changing: an older one never paints over a newer. */
export class Latest<T> {
	#value = $state.raw<T | null>(null);
	#failure = $state.raw<Failure | null>(null);
	#pending = $state(false);
	#controller: AbortController | null = null;

	/** The last answer, kept while the next one is on its way. */
	get value(): T | null {
		return this.#value;
	}

	get failure(): Failure | null {
		return this.#failure;
	}

	get pending(): boolean {
		return this.#pending;
	}

	/** Asks anew; the question before is aborted. */
	async ask(question: (signal: AbortSignal) => Promise<T>): Promise<void> {
		this.#controller?.abort();
		const controller = new AbortController();
		this.#controller = controller;
		this.#pending = true;
		try {
			const value = await question(controller.signal);
			if (controller !== this.#controller) return;
			this.#value = value;
			this.#failure = null;
		} catch (error) {
			if (controller !== this.#controller) return;
			if (!isAbort(error)) this.#failure = toFailure(error);
		} finally {
			if (controller === this.#controller) this.#pending = false;
		}
	}

	cancel(): void {
		this.#controller?.abort();
		this.#controller = null;
		this.#pending = false;
	}
}
