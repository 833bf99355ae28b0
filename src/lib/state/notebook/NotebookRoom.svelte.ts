import { parseFragment } from '../../notebook/link.js';
import type { Notebook } from '../../notebook/notebook.js';
import { NotebookStore } from '../../storage/notebookStore.js';
import { toFailure, type Failure } from '../failure.js';
import {
	fetchBundledNotebook,
	fetchBundledNotebooks,
	type BundledNotebook
} from './bundledNotebooks.js';
import { parseNotebookAddress, type NotebookAddress } from './notebookAddress.js';
import { importedOrigin, NotebookLibrary } from './NotebookLibrary.svelte.js';
import { NotebookState } from './NotebookState.svelte.js';

/** Goes to another fragment of the page; a way in is replaced in the history. */
export type Go = (fragment: string, isWayIn?: boolean) => void;

/** What the page's address shows: the list of notebooks, one of them, or one that is offered. */
export class NotebookRoom {
	#address = $state.raw<NotebookAddress>({ kind: 'list' });
	#open = $state.raw<NotebookState | null>(null);
	#offered = $state.raw<Notebook | null>(null);
	#failure = $state.raw<Failure | null>(null);
	#bundled = $state.raw<readonly BundledNotebook[]>([]);
	#visit = 0;
	readonly library = new NotebookLibrary(new NotebookStore());
	/** Absolute address of the page's root. */
	readonly base: string;
	readonly #folder: string;
	readonly #bundledThere: Promise<void>;

	readonly isList = $derived(this.#address.kind === 'list' || this.#address.kind === 'link');

	/** @param folder of the bundled notebooks, absolute */
	constructor(base: string, folder: string) {
		this.base = base;
		this.#folder = folder;
		this.#bundledThere = fetchBundledNotebooks(folder).then((list) => {
			this.#bundled = list;
		});
	}

	get open(): NotebookState | null {
		return this.#open;
	}

	/** A document in a link, which the reader has not agreed to keep yet. */
	get offered(): Notebook | null {
		return this.#offered;
	}

	get failure(): Failure | null {
		return this.#failure;
	}

	get bundled(): readonly BundledNotebook[] {
		return this.#bundled;
	}

	bundledOrigin(origin: string | null): BundledNotebook | null {
		return this.#bundled.find(({ slug }) => slug === origin) ?? null;
	}

	fetchOriginal = (bundled: BundledNotebook): Promise<Notebook> =>
		fetchBundledNotebook(this.#folder, bundled);

	/** Shows what an address asks for. */
	async visit(hash: string, go: Go): Promise<void> {
		const address = parseNotebookAddress(hash);
		if (address.kind === 'open' && this.#open?.id === address.id) return;
		const visit = ++this.#visit;
		this.#address = address;
		this.#open = null;
		this.#offered = null;
		this.#failure = null;
		this.library.dismissFailure();
		try {
			if (address.kind === 'open') {
				const notebook = await NotebookState.open(this.library.store, address.id);
				if (visit === this.#visit) this.#open = notebook;
				else await notebook.close();
			} else if (address.kind === 'bundled') {
				const id = await this.#beginBundled(address.slug);
				if (visit === this.#visit && id !== null) go(`id=${id}`, true);
			} else {
				if (address.kind === 'link') this.#offered = await parseFragment(address.fragment);
				await this.library.refresh();
			}
		} catch (error) {
			if (visit === this.#visit)
				this.#failure = toFailure(error, 'Your other notebooks are untouched.');
		}
	}

	/** Keeps what was offered, and opens it. */
	async keepOffered(go: Go): Promise<void> {
		const id = this.#offered && (await this.library.create(this.#offered, importedOrigin));
		this.#offered = null;
		if (id) go(`id=${id}`, true);
	}

	leave(): void {
		this.#visit++;
		this.#open = null;
	}

	/** The reader's own notebook that began as a bundled one; a new one the first time. */
	async #beginBundled(slug: string): Promise<string | null> {
		const own = (await this.library.store.list()).find(({ origin }) => origin === slug);
		if (own) return own.id;
		await this.#bundledThere;
		const bundled = this.bundledOrigin(slug);
		if (!bundled) throw new Error(`there is no bundled notebook “${slug}”`);
		return this.library.create(await this.fetchOriginal(bundled), slug);
	}
}
