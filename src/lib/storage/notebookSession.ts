import type { Notebook } from '../notebook/notebook.js';
import { Autosave, type SaveState } from './autosave.js';
import { acquireNotebookLock } from './notebookLock.js';
import type { NotebookStore, NotebookSummary } from './notebookStore.js';
import { ConflictError, NotebookInUseError } from './storageErrors.js';

/** One tab writes a notebook; the others read along and say so. */
export type Role = 'writer' | 'reader';

export type SessionEvent =
	/** This tab may now write, or only read; the document is what was kept then. */
	| { readonly type: 'role'; readonly role: Role; readonly notebook: Notebook }
	/** Another tab saved: a reader shows this. */
	| { readonly type: 'changed'; readonly notebook: Notebook }
	| { readonly type: 'saveState'; readonly state: SaveState; readonly error: unknown }
	/** The notebook was saved elsewhere in spite of all, so this tab's version was kept as a copy. */
	| { readonly type: 'copied'; readonly copy: NotebookSummary };

type Message = { readonly type: 'saved' | 'handOver'; readonly id: string };

/**
 * A notebook that is open in this tab. The first tab that opens it writes; a second one is a reader
 * until the first closes or hands over, so that neither overwrites the other.
 */
export class NotebookSession {
	readonly id: string;
	readonly #store: NotebookStore;
	readonly #onEvent: (event: SessionEvent) => void;
	readonly #channel = new BroadcastChannel('gemma-loupe notebooks');
	readonly #autosave: Autosave<Notebook>;
	readonly #closed = new AbortController();
	#notebook!: Notebook;
	#revision = 0;
	#release: (() => void) | null = null;

	private constructor(store: NotebookStore, id: string, onEvent: (event: SessionEvent) => void) {
		this.id = id;
		this.#store = store;
		this.#onEvent = onEvent;
		this.#autosave = new Autosave((notebook) => this.#save(notebook), {
			onState: (state, error) => onEvent({ type: 'saveState', state, error })
		});
		this.#channel.onmessage = ({ data }: MessageEvent<Message>) => void this.#receive(data);
	}

	/**
	 * Opens a notebook, as its writer if no other tab is.
	 *
	 * @throws NotebookError if there is no such notebook
	 */
	static async open(
		store: NotebookStore,
		id: string,
		onEvent: (event: SessionEvent) => void = () => {}
	): Promise<NotebookSession> {
		const session = new NotebookSession(store, id, onEvent);
		session.#release = await acquireNotebookLock(id, { ifAvailable: true });
		try {
			await session.#load();
		} catch (error) {
			await session.close();
			throw error;
		}
		if (!session.#release) void session.#waitToWrite();
		return session;
	}

	get role(): Role {
		return this.#release ? 'writer' : 'reader';
	}

	/** As it was last edited here, or saved elsewhere. */
	get notebook(): Notebook {
		return this.#notebook;
	}

	get saveState(): SaveState {
		return this.#autosave.state;
	}

	/**
	 * Takes an edited document; it is saved within half a second.
	 *
	 * @throws NotebookInUseError if this tab only reads
	 */
	edit(notebook: Notebook): void {
		if (this.role === 'reader') {
			throw new NotebookInUseError('another tab edits this notebook: take over first');
		}
		if (notebook === this.#notebook) return;
		this.#notebook = notebook;
		this.#autosave.put(notebook);
	}

	/** Saves at once what is not saved: for a page that is hidden or left, and to try again. */
	flush(): Promise<void> {
		return this.#autosave.flush();
	}

	/** Asks the tab that writes to hand over; a `role` event tells when it has. */
	takeOver(): void {
		this.#send('handOver');
	}

	/** Saves, and lets others write. */
	async close(): Promise<void> {
		if (this.#closed.signal.aborted) return;
		await this.flush();
		this.#closed.abort();
		this.#channel.close();
		this.#release?.();
		this.#release = null;
	}

	async #load(): Promise<void> {
		const { notebook, summary } = await this.#store.load(this.id);
		this.#notebook = notebook;
		this.#revision = summary.revision;
	}

	async #waitToWrite(): Promise<void> {
		const { signal } = this.#closed;
		try {
			const release = await acquireNotebookLock(this.id, { signal });
			if (signal.aborted) return release?.();
			await this.#load();
			this.#release = release;
		} catch (error) {
			if (signal.aborted) return;
			throw error;
		}
		this.#onEvent({ type: 'role', role: 'writer', notebook: this.#notebook });
	}

	async #save(notebook: Notebook): Promise<void> {
		try {
			this.#revision = (await this.#store.save(this.id, notebook, this.#revision)).revision;
			this.#send('saved');
		} catch (error) {
			if (!(error instanceof ConflictError)) throw error;
			const copy = await this.#store.createCopy(this.#notebook);
			this.#autosave.cancel();
			this.#onEvent({ type: 'copied', copy });
			this.#becomeReader();
			await this.#showSaved();
		}
	}

	#becomeReader(): void {
		this.#release?.();
		this.#release = null;
		this.#onEvent({ type: 'role', role: 'reader', notebook: this.#notebook });
		void this.#waitToWrite();
	}

	async #showSaved(): Promise<void> {
		await this.#load();
		this.#onEvent({ type: 'changed', notebook: this.#notebook });
	}

	async #receive({ type, id }: Message): Promise<void> {
		if (id !== this.id || this.#closed.signal.aborted) return;
		if (type === 'saved' && !this.#release) await this.#showSaved();
		if (type === 'handOver' && this.role === 'writer') {
			do await this.flush();
			while (this.#autosave.state === 'unsaved');
			// What could not be saved must not be handed away.
			if (this.#autosave.state === 'saved' && this.role === 'writer') this.#becomeReader();
		}
	}

	#send(type: Message['type']): void {
		this.#channel.postMessage({ type, id: this.id } satisfies Message);
	}
}
