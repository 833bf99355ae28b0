export type SaveState =
	/** All that was put is saved. */
	| 'saved'
	/** Something waits to be saved, or is being saved. */
	| 'unsaved'
	/** The last attempt failed; what was put is kept and tried again. */
	| 'failed';

/**
 * Saves the latest of the values that are put, soon after the first of them and one at a time, so
 * that typing costs one save every `delayMs` and loses no more than that.
 */
export class Autosave<T> {
	readonly #save: (value: T) => Promise<void>;
	readonly #delayMs: number;
	readonly #onState: (state: SaveState, error: unknown) => void;
	#waiting: { readonly value: T } | null = null;
	#saving: Promise<void> | null = null;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#state: SaveState = 'saved';

	/** @param onState called when the state changes, with the error where saving failed */
	constructor(
		save: (value: T) => Promise<void>,
		{
			delayMs = 400,
			onState = () => {}
		}: { delayMs?: number; onState?: (state: SaveState, error: unknown) => void } = {}
	) {
		this.#save = save;
		this.#delayMs = delayMs;
		this.#onState = onState;
	}

	get state(): SaveState {
		return this.#state;
	}

	/** The value that is not saved yet; null if there is none. */
	get waiting(): { readonly value: T } | null {
		return this.#waiting;
	}

	put(value: T): void {
		this.#waiting = { value };
		if (this.#state !== 'failed') this.#setState('unsaved');
		this.#timer ??= setTimeout(() => void this.flush(), this.#delayMs);
	}

	/** Saves what waits, at once; after a failure it tries again. Never throws: see `state`. */
	async flush(): Promise<void> {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		while (this.#saving) await this.#saving;
		if (!this.#waiting) return;
		this.#saving = this.#saveWaiting(this.#waiting);
		await this.#saving;
		this.#saving = null;
	}

	/** Forgets what waits. */
	cancel(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#waiting = null;
		this.#setState('saved');
	}

	async #saveWaiting(waiting: { readonly value: T }): Promise<void> {
		try {
			await this.#save(waiting.value);
			if (this.#waiting === waiting) {
				this.#waiting = null;
				this.#setState('saved');
			} else if (this.#waiting) this.#setState('unsaved');
		} catch (error) {
			this.#setState('failed', error);
		}
	}

	#setState(state: SaveState, error: unknown = null): void {
		if (state === this.#state && state !== 'failed') return;
		this.#state = state;
		this.#onState(state, error);
	}
}
