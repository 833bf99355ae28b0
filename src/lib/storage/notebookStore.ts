import { createStore, promisifyRequest, type UseStore } from 'idb-keyval';
import { editTitle } from '../notebook/edits.js';
import type { Attachment, Notebook } from '../notebook/notebook.js';
import { NotebookError } from '../notebook/notebookError.js';
import { parseText } from '../notebook/parseText.js';
import { serializeText } from '../notebook/serializeText.js';
import { withNotebookLock } from './notebookLock.js';
import { ConflictError, NotebookInUseError, toStorageError } from './storageErrors.js';

/** What a list of notebooks shows. */
export interface NotebookSummary {
	readonly id: string;
	readonly title: string;
	/** Counts the saves; a save that starts from another revision is refused. */
	readonly revision: number;
	/** Milliseconds since 1970. */
	readonly createdAt: number;
	readonly modifiedAt: number;
	/** When it was deleted, to be brought back or purged; else null. */
	readonly deletedAt: number | null;
	/** The bundled notebook that it began as; else null. */
	readonly origin: string | null;
	/** Bytes of its text and attachments, shared ones counted in full. */
	readonly byteLength: number;
	/** Content hashes of its attachments. */
	readonly hashes: readonly string[];
}

/** Keys of one object store; a range of keys is a kind of record. */
const summaryKey = (id: string) => `summary:${id}`;
const textKey = (id: string) => `text:${id}`;
const attachmentKey = (hash: string) => `attachment:${hash}`;
const keysOf = (kind: string) => IDBKeyRange.bound(`${kind}:`, `${kind};`, false, true);

/**
 * The notebooks of this browser, in IndexedDB. A document's text is kept apart from its pictures
 * and recordings, which are kept once for all notebooks that use them. Every change is one
 * transaction: it happens whole or not at all.
 */
export class NotebookStore {
	readonly #use: UseStore;

	/** @param name of the database; tests use their own */
	constructor(name = 'gemma-loupe') {
		this.#use = createStore(name, 'notebooks');
	}

	/** Summaries, last changed first; the deleted ones where `deleted` is true. */
	async list({ deleted = false } = {}): Promise<NotebookSummary[]> {
		const summaries = await this.#use('readonly', (store) =>
			promisifyRequest<NotebookSummary[]>(store.getAll(keysOf('summary')))
		);
		return summaries
			.filter(({ deletedAt }) => (deletedAt !== null) === deleted)
			.sort((a, b) => b.modifiedAt - a.modifiedAt);
	}

	/** @throws NotebookError if there is no such notebook */
	async summary(id: string): Promise<NotebookSummary> {
		const summary = await this.#use('readonly', (store) =>
			promisifyRequest<NotebookSummary | undefined>(store.get(summaryKey(id)))
		);
		return summary ?? notFound(id);
	}

	/** @throws NotebookError if there is no such notebook, or what was kept is damaged */
	async load(id: string): Promise<{ notebook: Notebook; summary: NotebookSummary }> {
		const read = await this.#use('readonly', async (store) => {
			const get = <T>(key: string) => promisifyRequest<T | undefined>(store.get(key));
			const summary = (await get<NotebookSummary>(summaryKey(id))) ?? notFound(id);
			const text = (await get<string>(textKey(id))) ?? notFound(id);
			const attachments = new Map<string, Attachment>();
			for (const hash of summary.hashes) {
				const attachment = await get<Attachment>(attachmentKey(hash));
				if (attachment) attachments.set(hash, attachment);
			}
			return { summary, text, attachments };
		});
		return { notebook: await parseText(read.text, read.attachments), summary: read.summary };
	}

	/** Keeps a new notebook. */
	create(notebook: Notebook, { origin = null }: { origin?: string | null } = {}) {
		return this.#write(crypto.randomUUID(), notebook, 0, origin);
	}

	/**
	 * Keeps a changed notebook.
	 *
	 * @param revision of the summary that the change started from
	 * @throws ConflictError if it was saved since, or is gone
	 * @throws StorageFullError if there is no more room; what was kept before stays
	 */
	save(id: string, notebook: Notebook, revision: number): Promise<NotebookSummary> {
		return this.#write(id, notebook, revision, null);
	}

	/**
	 * Gives a notebook another title.
	 *
	 * @throws NotebookInUseError if it is open in some tab, which has to do it
	 */
	rename(id: string, title: string): Promise<NotebookSummary> {
		return this.#alone(id, async () => {
			const { notebook, summary } = await this.load(id);
			return this.save(id, editTitle(notebook, title), summary.revision);
		});
	}

	/** Keeps a copy, with a title that says so. */
	async duplicate(id: string): Promise<NotebookSummary> {
		const { notebook, summary } = await this.load(id);
		return this.createCopy(notebook, summary.origin);
	}

	/** Keeps a document as a copy, with a title that says so. */
	createCopy(notebook: Notebook, origin: string | null = null): Promise<NotebookSummary> {
		return this.create(editTitle(notebook, `${notebook.title} (copy)`), { origin });
	}

	/**
	 * Deletes a notebook so that `restore` brings it back, until it is purged.
	 *
	 * @throws NotebookInUseError if it is open in some tab
	 */
	delete(id: string): Promise<NotebookSummary> {
		return this.#alone(id, () => this.#changeSummary(id, { deletedAt: Date.now() }));
	}

	restore(id: string): Promise<NotebookSummary> {
		return this.#changeSummary(id, { deletedAt: null });
	}

	/**
	 * Removes for good what was deleted before a time, and attachments that nothing uses any more.
	 *
	 * @param before milliseconds since 1970
	 * @returns ids of the notebooks that are gone
	 */
	async purge(before: number = Date.now()): Promise<string[]> {
		return this.#change(async (store) => {
			const summaries = await promisifyRequest<NotebookSummary[]>(store.getAll(keysOf('summary')));
			const isGone = ({ deletedAt }: NotebookSummary) => deletedAt !== null && deletedAt < before;
			const gone = summaries.filter(isGone).map(({ id }) => id);
			for (const id of gone) {
				store.delete(summaryKey(id));
				store.delete(textKey(id));
			}
			const kept = summaries.filter((summary) => !isGone(summary));
			const used = new Set(kept.flatMap(({ hashes }) => hashes.map(attachmentKey)));
			const keys = await promisifyRequest(store.getAllKeys(keysOf('attachment')));
			for (const key of keys) if (!used.has(String(key))) store.delete(key);
			return gone;
		});
	}

	async #write(id: string, notebook: Notebook, revision: number, origin: string | null) {
		const text = serializeText(notebook, { attachments: false });
		const { attachments } = notebook;
		const bytes = [...attachments.values()].reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
		return this.#change(async (store) => {
			const old = await promisifyRequest<NotebookSummary | undefined>(store.get(summaryKey(id)));
			if ((old?.revision ?? 0) !== revision) {
				throw new ConflictError(
					`the notebook was ${old ? 'changed' : 'deleted'} elsewhere since it was opened here`
				);
			}
			const modifiedAt = Date.now();
			const summary: NotebookSummary = {
				id,
				title: notebook.title,
				revision: revision + 1,
				createdAt: old?.createdAt ?? modifiedAt,
				modifiedAt,
				deletedAt: old?.deletedAt ?? null,
				origin: old?.origin ?? origin,
				byteLength: text.length + bytes,
				hashes: [...attachments.keys()]
			};
			for (const [hash, attachment] of attachments) {
				const key = attachmentKey(hash);
				if ((await promisifyRequest(store.getKey(key))) === undefined) store.put(attachment, key);
			}
			store.put(text, textKey(id));
			store.put(summary, summaryKey(id));
			return summary;
		});
	}

	#changeSummary(id: string, fields: Partial<NotebookSummary>): Promise<NotebookSummary> {
		return this.#change(async (store) => {
			const key = summaryKey(id);
			const old = await promisifyRequest<NotebookSummary | undefined>(store.get(key));
			const summary = { ...(old ?? notFound(id)), ...fields };
			store.put(summary, key);
			return summary;
		});
	}

	/** Runs a job in one transaction, and returns when the disk has it. */
	async #change<T>(job: (store: IDBObjectStore) => Promise<T>): Promise<T> {
		try {
			return await this.#use('readwrite', async (store) => {
				const { transaction } = store;
				const done = promisifyRequest(transaction);
				// Whoever aborts says why by a rejection of its own.
				done.catch(() => {});
				try {
					const result = await job(store);
					await done;
					return result;
				} catch (error) {
					if (transaction.error === null) abort(transaction);
					throw transaction.error ?? error;
				}
			});
		} catch (error) {
			throw toStorageError(error);
		}
	}

	async #alone<T>(id: string, job: () => Promise<T>): Promise<T> {
		const result = await withNotebookLock(id, async () => ({ value: await job() }));
		if (result) return result.value;
		throw new NotebookInUseError('the notebook is open in a tab: close it there, or do it there');
	}
}

/** Takes back what a transaction did; one that is over has nothing to take back. */
function abort(transaction: IDBTransaction): void {
	try {
		transaction.abort();
	} catch (error) {
		if ((error as Error).name !== 'InvalidStateError') throw error;
	}
}

function notFound(id: string): never {
	throw new NotebookError(`this browser keeps no notebook ${id}: it was deleted, or is elsewhere`);
}
