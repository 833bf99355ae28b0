import {
	maybeStoredModel,
	storedSource,
	storeModel,
	type StoredModel,
	type StoreFolder
} from '../src/lib/gemma3/storedModel.js';
import type { HubModel, LoadRequest, PickedFile, Progress } from '../src/lib/rpc/modelServices.js';
import { filesSource } from '../src/lib/sources/filesSource.js';
import { hubSource, type HubInfo, type HubSource } from '../src/lib/sources/hubSource.js';
import { SourceError, type Source } from '../src/lib/sources/source.js';
import type { ModelStore } from './modelStore.js';

export interface OpenOptions {
	/** Opens a folder on a web server. */
	readonly openUrl: (url: string) => Source;
	/** Null where nothing can be kept. */
	readonly store: ModelStore | null;
	readonly onProgress: (progress: Progress) => void;
	readonly signal?: AbortSignal;
}

/** What a model is loaded from. */
export interface OpenedSource {
	readonly source: Source;
	/** What is kept of it in this browser; null for what is fetched anew. */
	readonly stored: StoredModel | null;
	readonly notices: readonly string[];
}

/** A source whose model can be kept: where, and in which state. */
interface Keepable {
	readonly source: Source;
	/** Without the dtype. */
	readonly key: string;
	readonly revision?: string;
	readonly commit: string | null;
	readonly hashes?: ReadonlyMap<string, string>;
}

/**
 * Opens what a request names, keeping it converted where that was asked for, and hands it to a job.
 * A kept model is locked until the job is done: another tab that wants it waits.
 *
 * @throws SourceError, SafetensorsError, UnsupportedModelError, AbortError, or what the job throws
 */
export async function withModelSource<T>(
	request: LoadRequest,
	options: OpenOptions,
	job: (opened: OpenedSource) => Promise<T>
): Promise<T> {
	const { source: wanted } = request;
	const { openUrl, onProgress, signal } = options;
	onProgress({ phase: 'connect', loaded: 0, total: 0 });
	const notices: string[] = [];
	const store = request.keep === false ? null : options.store;
	const fresh = (source: Source) => job({ source, stored: null, notices });
	const waiting = {
		signal,
		onWait: () => onProgress({ phase: 'wait', loaded: 0, total: 0, note: 'Another tab has it.' })
	};
	const fromFolder = async (folder: StoreFolder) => {
		const source = await storedSource(folder);
		return job({ source, stored: await maybeStoredModel(folder), notices });
	};

	if (wanted.kind === 'url') return fresh(openUrl(wanted.url));
	if (wanted.kind === 'stored') {
		if (options.store !== null) return options.store.use(wanted.key, fromFolder, waiting);
		throw new SourceError('this browser keeps no models in this window; load it from its source');
	}
	if (store === null && request.keep !== false) {
		notices.push(
			'This browser keeps no models in this window: it will be fetched again next time.'
		);
	}
	const dtype = request.dtype ?? 'fp32';
	let keepable: Keepable;
	if (wanted.kind === 'files') {
		keepable = await openFiles(wanted.files, request.name);
	} else {
		const hub = openHub(wanted, onProgress);
		if (store === null) return fresh(hub);
		try {
			keepable = toKeepable(wanted, hub, await hub.info(signal));
		} catch (error) {
			const key = `${hubKey(wanted)} ${dtype}`;
			const isOffline = error instanceof SourceError && error.isPassing;
			const kept = isOffline && (await store.use(key, maybeStoredModel, waiting));
			if (!kept) throw error;
			notices.push(`${hub.name} could not be asked for changes, so the kept copy is used.`);
			return store.use(key, fromFolder, waiting);
		}
	}
	if (store === null) return fresh(keepable.source);
	const { source, key, revision, commit, hashes } = keepable;
	return store.use(
		`${key} ${dtype}`,
		async (folder) => {
			const before = await maybeStoredModel(folder);
			await storeModel(source, folder, {
				...{ dtype, revision, commit, hashes, signal },
				onProgress: (loaded, total) => onProgress({ phase: 'download', loaded, total }),
				onConverted: (loaded, total) => onProgress({ phase: 'convert', loaded, total }),
				onChecked: (loaded, total) => onProgress({ phase: 'check', loaded, total })
			});
			if (before !== null && before.commit !== commit) {
				notices.push(`${source.name} had changed since it was kept, and was fetched again.`);
			}
			return fromFolder(folder);
		},
		waiting
	);
}

/** @throws SourceError if the repository's or the revision's name is none */
export function openHub(
	{ repository, revision, token, endpoint }: HubModel,
	onProgress: (progress: Progress) => void = () => {}
): HubSource {
	const onRetry = ({ message }: SourceError) =>
		onProgress({ phase: 'connect', loaded: 0, total: 0, note: `Trying again: ${message}.` });
	return hubSource(repository, { revision, token, endpoint, onRetry });
}

/** Files as a source, in a state that their names, sizes and dates tell. */
export async function openFiles(files: readonly PickedFile[], name: string): Promise<Keepable> {
	const source = filesSource(new Map(files.map(({ path, file }) => [path, file])), name);
	const facts = files.map(({ path, file }) => [path, file.size, file.lastModified]).sort();
	const text = new TextEncoder().encode(JSON.stringify(facts));
	const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', text));
	const commit = Array.from(digest.subarray(0, 20), (byte) => byte.toString(16).padStart(2, '0'));
	return { source, key: `files ${name}`, commit: commit.join('') };
}

function toKeepable(wanted: HubModel, source: HubSource, { commit, files }: HubInfo): Keepable {
	const hashes = new Map<string, string>();
	for (const [path, { sha256 }] of files ?? []) {
		if (sha256 !== null && path.endsWith('.safetensors')) hashes.set(path, sha256);
	}
	return { source, key: hubKey(wanted), revision: source.revision, commit, hashes };
}

function hubKey({ repository, revision = 'main', endpoint }: HubModel): string {
	const host = endpoint === undefined ? '' : `${new URL(endpoint).host} `;
	return `${host}${repository}@${revision}`;
}
