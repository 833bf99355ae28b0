import type { StoredModel, StoreFolder } from '../src/lib/gemma3/storedModel.js';
import { maybeStoredModel } from '../src/lib/gemma3/storedModel.js';
import { SourceError } from '../src/lib/sources/source.js';

/** A model that is kept in the browser's private file system. */
export interface ListedModel {
	readonly key: string;
	/** Null while it is not there whole. */
	readonly model: StoredModel | null;
	/** On disk, in all. */
	readonly byteLength: number;
}

/** Models in the browser's private file system. Works in a worker only. */
export class ModelStore {
	readonly #open: () => Promise<FileSystemDirectoryHandle>;

	/** @param folder of the private file system */
	constructor(storage: StorageManager, folder = 'models') {
		this.#open = async () =>
			(await storage.getDirectory()).getDirectoryHandle(folder, { create: true });
	}

	/** Whether this browser has room for models at all: not in some private windows. */
	async isUsable(): Promise<boolean> {
		try {
			await this.#open();
			return 'createSyncAccessHandle' in FileSystemFileHandle.prototype;
		} catch {
			return false;
		}
	}

	/** Models that are there, whole or begun, by key. */
	async list(): Promise<ListedModel[]> {
		const models: ListedModel[] = [];
		const folder = (await this.#open()) as AsyncFolder;
		for await (const [key, handle] of folder.entries()) {
			if (handle.kind !== 'directory') continue;
			const directory = handle as AsyncFolder;
			const model = await maybeStoredModel(new OpfsFolder(key, directory));
			models.push({ key, model, byteLength: await sizeOf(directory) });
		}
		return models.sort((a, b) => (a.key < b.key ? -1 : 1));
	}

	/**
	 * Deletes a model, finished or not.
	 *
	 * @throws SourceError if another page is working on it
	 */
	async delete(key: string): Promise<void> {
		const folder = await this.#open();
		await navigator.locks.request(lockName(key), { ifAvailable: true }, async (lock) => {
			if (lock === null) {
				throw new SourceError(`${key} is in use by another tab; close it, then delete the model`);
			}
			await folder.removeEntry(toFileName(key), { recursive: true });
		});
	}

	/**
	 * Lets one page at a time work on a model; another one waits.
	 *
	 * @param onWait told if another page has it
	 */
	async use<T>(
		key: string,
		job: (folder: StoreFolder) => Promise<T>,
		{ onWait, signal }: { onWait?: () => void; signal?: AbortSignal } = {}
	): Promise<T> {
		const name = lockName(key);
		const run = async () => {
			const folder = await this.#open();
			const handle = await folder.getDirectoryHandle(toFileName(key), { create: true });
			return job(new OpfsFolder(key, handle));
		};
		const locks = navigator.locks;
		const attempt = await locks.request(name, { ifAvailable: true }, async (lock) =>
			lock === null ? null : { result: await run() }
		);
		if (attempt !== null) return attempt.result;
		onWait?.();
		return (await locks.request(name, signal ? { signal } : {}, run)) as T;
	}
}

type AsyncFolder = FileSystemDirectoryHandle & {
	entries(): AsyncIterable<[string, FileSystemHandle]>;
};

class OpfsFolder implements StoreFolder {
	constructor(
		readonly name: string,
		readonly handle: FileSystemDirectoryHandle
	) {}

	async maybeBlob(path: string): Promise<Blob | null> {
		try {
			return await (await this.handle.getFileHandle(path)).getFile();
		} catch (error) {
			if ((error as Error).name === 'NotFoundError') return null;
			throw error;
		}
	}

	async writeText(path: string, text: string): Promise<void> {
		const writable = await (
			await this.handle.getFileHandle(path, { create: true })
		).createWritable();
		// Until it is closed, the file is what it was before.
		await writable.write(text);
		await writable.close();
	}

	async openFile(path: string, byteLength: number) {
		const file = await this.handle.getFileHandle(path, { create: true });
		let access: SyncAccess;
		try {
			access = await (file as unknown as SyncAccessFile).createSyncAccessHandle();
		} catch (cause) {
			if ((cause as Error).name !== 'NoModificationAllowedError') throw cause;
			throw new SourceError(`${this.name} is being stored by another page; wait for it`, {
				cause
			});
		}
		try {
			access.truncate(byteLength);
		} catch (error) {
			access.close();
			throw error;
		}
		return {
			write(bytes: Uint8Array, at: number) {
				access.write(bytes as Uint8Array<ArrayBuffer>, { at });
			},
			flush: () => access.flush(),
			close: () => access.close()
		};
	}

	async remove(path: string): Promise<void> {
		try {
			await this.handle.removeEntry(path);
		} catch (error) {
			if ((error as Error).name !== 'NotFoundError') throw error;
		}
	}
}

/** What workers can do with a file and pages cannot; the pages' types do not know it. */
interface SyncAccessFile {
	createSyncAccessHandle(): Promise<SyncAccess>;
}

interface SyncAccess {
	truncate(byteLength: number): void;
	write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): void;
	flush(): void;
	close(): void;
}

/** Bytes of all files of a folder. */
async function sizeOf(folder: AsyncFolder): Promise<number> {
	let byteLength = 0;
	for await (const [, handle] of folder.entries()) {
		if (handle.kind !== 'file') continue;
		try {
			byteLength += (await (handle as FileSystemFileHandle).getFile()).size;
		} catch (error) {
			// Another page has just replaced it.
			if ((error as Error).name !== 'NotFoundError') throw error;
		}
	}
	return byteLength;
}

/** The same for a key and for its file name, which is all that a list knows. */
const lockName = (key: string) => `gemma-loupe model ${toFileName(key)}`;

/** A repository's name has a slash, which a file's cannot. */
function toFileName(key: string): string {
	return key.replaceAll('/', '--');
}
