import type { ModelState } from '../ModelState.svelte.js';
import { toModelAddress, type ModelAddress } from './modelAddress.js';

/** A model that somebody has to agree to before it is fetched. */
export interface ModelQuestion {
	readonly name: string;
	/** Null for a name that leads nowhere. */
	readonly address: ModelAddress | null;
	/** The model that is loaded now, and would be replaced. */
	readonly loaded: string | null;
}

export type ModelAnswer = 'load' | 'cancel';

/** Brings the model that a notebook is about; one from elsewhere only when the reader agrees. */
export class NotebookModel {
	#question = $state.raw<ModelQuestion | null>(null);
	#answer: ((answer: ModelAnswer) => void) | null = null;
	readonly #model: ModelState;

	constructor(model: ModelState) {
		this.#model = model;
	}

	get question(): ModelQuestion | null {
		return this.#question;
	}

	/** The loaded model is this one. */
	isReady(name: string): boolean {
		return this.#model.status === 'ready' && this.#model.info?.name === name;
	}

	/** Loads the page's own model if nothing is loaded and the notebook is about it. */
	prepare(name: string): void {
		const address = toModelAddress(name);
		if (this.#model.status === 'idle' && address?.isEmbedded)
			void this.#model.load(address.request);
	}

	/**
	 * Has this model loaded, asking first where it would be fetched from elsewhere or take the place
	 * of another.
	 *
	 * @returns false if the reader does not want it
	 * @throws Error if it cannot be loaded, AbortError
	 */
	async ensure(name: string, signal: AbortSignal): Promise<boolean> {
		await this.#settled(signal);
		if (this.isReady(name)) return true;
		const address = toModelAddress(name);
		const loaded = this.#model.status === 'ready' ? (this.#model.info?.name ?? null) : null;
		if (!address?.isEmbedded || loaded !== null) {
			const answer = await this.#ask({ name, address, loaded }, signal);
			if (answer === 'cancel' || !address) return false;
		}
		const { cancel } = this.#model;
		signal.addEventListener('abort', cancel);
		try {
			if (await this.#model.load(address.request)) return true;
			signal.throwIfAborted();
			throw new Error(`${name} could not be loaded`);
		} finally {
			signal.removeEventListener('abort', cancel);
		}
	}

	answer = (answer: ModelAnswer): void => {
		this.#answer?.(answer);
	};

	#ask(question: ModelQuestion, signal: AbortSignal): Promise<ModelAnswer> {
		return new Promise((resolve) => {
			const done = (answer: ModelAnswer) => {
				this.#question = null;
				this.#answer = null;
				signal.removeEventListener('abort', cancel);
				resolve(answer);
			};
			const cancel = () => done('cancel');
			signal.addEventListener('abort', cancel);
			this.#answer = done;
			this.#question = question;
		});
	}

	/** Waits while something is being loaded. */
	#settled(signal: AbortSignal): Promise<void> {
		return new Promise((resolve, reject) => {
			const end = $effect.root(() => {
				$effect(() => {
					if (this.#model.status === 'loading') return;
					done(resolve);
				});
			});
			const stop = () => done(() => reject(signal.reason));
			const done = (settle: () => void) => {
				signal.removeEventListener('abort', stop);
				// An effect cannot end the root that it runs in.
				queueMicrotask(end);
				settle();
			};
			signal.addEventListener('abort', stop);
		});
	}
}
