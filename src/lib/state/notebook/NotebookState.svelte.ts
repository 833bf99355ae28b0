import { SvelteMap } from 'svelte/reactivity';
import { joinAttachments } from '../../notebook/attachments.js';
import type { Attachments, Cell, Notebook } from '../../notebook/notebook.js';
import { NotebookError } from '../../notebook/notebookError.js';
import { commit, createHistory, redo, undo, type History } from '../../notebook/history.js';
import { NotebookSession, type Role, type SessionEvent } from '../../storage/notebookSession.js';
import type { NotebookStore, NotebookSummary } from '../../storage/notebookStore.js';
import { toFailure, type Failure } from '../failure.js';
import { toCellIndex } from './cellIndex.js';

type Edit = (notebook: Notebook) => Notebook;

/** The open document: its edits, their history, and whether they are kept. */
export class NotebookState {
	#history: History = $state.raw(
		createHistory({ title: '', model: '', cells: [], attachments: none })
	);
	/** The document's, apart from it: typing leaves them as they are. */
	#attachments = $state.raw<Attachments>(none);
	/** All attachments that the document had since it was opened, and those about to be put in. */
	#known: Attachments = none;
	#role = $state<Role>('reader');
	#isSaved = $state(true);
	#saveFailure = $state.raw<Failure | null>(null);
	#copy = $state.raw<NotebookSummary | null>(null);
	#refusal = $state.raw<Failure | null>(null);
	#session!: NotebookSession;
	/** The bundled notebook that it began as, `imported`, or null. */
	readonly origin: string | null;

	readonly document = $derived(this.#history.present);
	readonly cells = $derived(this.document.cells);
	readonly canUndo = $derived(this.#history.past.length > 0);
	readonly canRedo = $derived(this.#history.future.length > 0);
	/** Cells by id, so that whoever reads one is not told of another's change. */
	readonly #byId = new SvelteMap<string, Cell>();

	private constructor(origin: string | null) {
		this.origin = origin;
	}

	/** @throws NotebookError if there is no such notebook, or what was kept is damaged */
	static async open(store: NotebookStore, id: string): Promise<NotebookState> {
		const { origin } = await store.summary(id);
		const state = new NotebookState(origin);
		state.#session = await NotebookSession.open(store, id, (event) => state.#receive(event));
		state.#role = state.#session.role;
		state.#show(createHistory(state.#session.notebook));
		return state;
	}

	get id(): string {
		return this.#session.id;
	}

	get attachments(): Attachments {
		return this.#attachments;
	}

	/** Those that text may mention: what was cut out of one place can be put into another. */
	get known(): Attachments {
		return this.#known;
	}

	know(attachments: Attachments): void {
		this.#known = joinAttachments(this.#known, attachments);
	}

	/** A reader watches what another tab writes. */
	get isReader(): boolean {
		return this.#role === 'reader';
	}

	get isSaved(): boolean {
		return this.#isSaved;
	}

	/** Why the last changes are in this tab only. */
	get saveFailure(): Failure | null {
		return this.#saveFailure;
	}

	/** This tab's version, kept apart because the notebook was changed elsewhere. */
	get copy(): NotebookSummary | null {
		return this.#copy;
	}

	/** Why the last edit was not made. */
	get refusal(): Failure | null {
		return this.#refusal;
	}

	cell(id: string): Cell | null {
		return this.#byId.get(id) ?? null;
	}

	indexOf(id: string): number {
		return this.cells.findIndex((cell) => cell.id === id);
	}

	/**
	 * Makes an edit, which is a step of the history.
	 *
	 * @param what for edits that are one step while they follow each other, as in typing
	 * @returns false if the document would not be sound: `refusal` says why
	 */
	edit(change: Edit, what = ''): boolean {
		if (this.isReader) return false;
		try {
			this.#take(commit(this.#history, change(this.document), { what, at: performance.now() }));
			this.#refusal = null;
			return true;
		} catch (error) {
			if (!(error instanceof NotebookError || error instanceof RangeError)) throw error;
			this.#refusal = toFailure(error, 'Nothing was changed.');
			return false;
		}
	}

	undo = (): void => {
		if (!this.isReader) this.#take(undo(this.#history));
	};

	redo = (): void => {
		if (!this.isReader) this.#take(redo(this.#history));
	};

	/** Asks the tab that writes to hand over. */
	takeOver = (): void => this.#session.takeOver();

	/** Saves at once, or tries again. */
	save = (): Promise<void> => this.#session.flush();

	dismissCopy = (): void => {
		this.#copy = null;
	};

	dismissRefusal = (): void => {
		this.#refusal = null;
	};

	close(): Promise<void> {
		return this.#session.close();
	}

	#take(history: History): void {
		if (history === this.#history) return;
		this.#show(history);
		this.#session.edit(history.present);
	}

	#receive(event: SessionEvent): void {
		if (event.type === 'saveState') {
			this.#isSaved = event.state === 'saved';
			this.#saveFailure =
				event.state === 'failed'
					? toFailure(event.error, 'It is tried again with the next change.')
					: null;
			return;
		}
		if (event.type === 'copied') {
			this.#copy = event.copy;
			return;
		}
		if (event.type === 'role') this.#role = event.role;
		// What another tab made has no steps here that could be undone.
		if (event.notebook !== this.document) this.#show(createHistory(event.notebook));
	}

	#show(history: History): void {
		this.#history = history;
		const { attachments, cells } = history.present;
		if (attachments !== this.#attachments) this.know(attachments);
		this.#attachments = attachments;
		const index = toCellIndex(cells);
		for (const id of this.#byId.keys()) if (!index.has(id)) this.#byId.delete(id);
		// The map tells only of those that are others than before.
		for (const [id, cell] of index) this.#byId.set(id, cell);
	}
}

const none: Attachments = new Map();
