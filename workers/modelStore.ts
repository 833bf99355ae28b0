import type { StoredModel, StoreFolder } from '../src/lib/gemma3/storedModel.js';
import { maybeStoredModel } from '../src/lib/gemma3/storedModel.js';
import { SourceError } from '../src/lib/sources/source.js';

/** A model that is kept in the browser's private file system. */
export interface ListedModel {
	readonly key: string;
	readonly model: StoredModel;
}

/** Models in the browser's private file system. Works in a worker only. */
export class ModelStore {
	readonly #open: () => Promise<FileSystemDirectoryHandle>;

	/** @param folder of the private file system */
	constructor(storage: StorageManager, folder = 'models') {
		this.#open = async () =>
			(await storage.getDirectory()).getDirectoryHandle(folder, { create: true });
	}

	/** Models that are there whole. */
	async list(): Promise<ListedModel[]> {
		const models: ListedModel[] = [];
		const folder = (await this.#open()) as AsyncFolder;
		for await (const [key, handle] of folder.entries()) {
			if (handle.kind !== 'directory') continue;
			const model = await maybeStoredModel(
				new OpfsFolder(key, handle as FileSystemDirectoryHandle)
			);
			if (model !== null) models.push({ key, model });
		}
		return models;
	}

	/** Deletes a model, finished or not. */
	async delete(key: string): Promise<void> {
		await (await this.#open()).removeEntry(toFileName(key), { recursive: true });
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
		const name = `model ${key}`;
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

/** A repository's name has a slash, which a file's cannot. */
function toFileName(key: string): string {
	return key.replaceAll('/', '--');
}
