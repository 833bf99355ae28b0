import { parseNotebook } from '../../notebook/htmlDocument.js';
import { limits } from '../../notebook/limits.js';
import { toNotebook, type Notebook } from '../../notebook/notebook.js';
import { NotebookError } from '../../notebook/notebookError.js';
import type { NotebookStore, NotebookSummary } from '../../storage/notebookStore.js';
import { readStorageRoom, requestPersistence, type StorageRoom } from '../../storage/quota.js';
import { toFailure, type Failure } from '../failure.js';
import { embeddedName } from '../embeddedModel.js';

/** What a document that came from elsewhere has as its origin. */
export const importedOrigin = 'imported';

/** Days that a deleted notebook can be brought back. */
const keptDays = 30;

/** The notebooks that this browser keeps. */
export class NotebookLibrary {
	#summaries = $state.raw<readonly NotebookSummary[] | null>(null);
	#deleted = $state.raw<readonly NotebookSummary[]>([]);
	#room = $state.raw<StorageRoom | null>(null);
	#failure = $state.raw<Failure | null>(null);
	readonly store: NotebookStore;

	constructor(store: NotebookStore) {
		this.store = store;
	}

	/** Last changed first; null before they were read. */
	get summaries(): readonly NotebookSummary[] | null {
		return this.#summaries;
	}

	/** Deleted, and still to be brought back. */
	get deleted(): readonly NotebookSummary[] {
		return this.#deleted;
	}

	get room(): StorageRoom | null {
		return this.#room;
	}

	get failure(): Failure | null {
		return this.#failure;
	}

	dismissFailure = (): void => {
		this.#failure = null;
	};

	refresh = async (): Promise<void> => {
		await this.#try(async () => {
			await this.store.purge(Date.now() - keptDays * 86_400_000);
			await this.#read();
		});
	};

	/** @returns its id; null if it could not be kept */
	create(notebook: Notebook = empty, origin: string | null = null): Promise<string | null> {
		return this.#try(async () => {
			const { id } = await this.store.create(notebook, { origin });
			// Whatever the browser answers, the notebook is kept.
			void requestPersistence();
			return id;
		});
	}

	rename(id: string, title: string): Promise<unknown> {
		return this.#change(() => this.store.rename(id, title));
	}

	duplicate(id: string): Promise<unknown> {
		return this.#change(() => this.store.duplicate(id));
	}

	delete(id: string): Promise<unknown> {
		return this.#change(() => this.store.delete(id));
	}

	restore(id: string): Promise<unknown> {
		return this.#change(() => this.store.restore(id));
	}

	/** Makes room: what was deleted is gone for good. */
	empty = (): Promise<unknown> => this.#change(() => this.store.purge());

	/** Keeps what a file holds, and says what is wrong with one that holds no notebook. */
	import(file: File): Promise<string | null> {
		return this.#try(async () => this.create(await readNotebookFile(file), importedOrigin));
	}

	#change(job: () => Promise<unknown>): Promise<unknown> {
		return this.#try(async () => {
			await job();
			await this.#read();
		});
	}

	async #read(): Promise<void> {
		this.#summaries = await this.store.list();
		this.#deleted = await this.store.list({ deleted: true });
		this.#room = await readStorageRoom();
	}

	async #try<T>(job: () => Promise<T>): Promise<T | null> {
		this.#failure = null;
		try {
			return await job();
		} catch (error) {
			this.#failure = toFailure(error, '');
			return null;
		}
	}
}

/** A notebook with nothing in it. */
const empty: Notebook = toNotebook({ title: '', model: embeddedName });

/** @throws NotebookError naming the file and what is wrong with it */
async function readNotebookFile(file: File): Promise<Notebook> {
	if (file.size > limits.textLength) {
		throw new NotebookError(`${file.name} is larger than any notebook that this program reads`);
	}
	try {
		return await parseNotebook(await file.text());
	} catch (error) {
		if (!(error instanceof NotebookError)) throw error;
		throw new NotebookError(`${file.name}: ${error.message}`, { cause: error });
	}
}
