import { checkRange, shortFile, toSegments } from './path.js';
import { SourceError, type Source } from './source.js';

/** What we use of Node's `fs/promises`: the toolkit is compiled without Node's types. */
interface FileSystem {
	open(path: string): Promise<FileHandle>;
}

interface FileHandle {
	stat(): Promise<{ readonly size: number; isFile(): boolean }>;
	read(
		buffer: Uint8Array,
		offset: number,
		length: number,
		position: number
	): Promise<{ readonly bytesRead: number }>;
	close(): Promise<void>;
}

/** Bytes read between two looks at the signal. */
const blockByteLength = 16 * 1024 * 1024;

/**
 * A folder on disk. Node only.
 *
 * @param directory its path; links in it are followed, as a Hugging Face cache needs
 */
export function directorySource(directory: string): Source {
	const root = directory.length > 1 ? directory.replace(/[\\/]+$/, '') : directory;

	/** Runs `use` on the open file; null if there is no such file. */
	async function withFile<T>(
		path: string,
		signal: AbortSignal | undefined,
		use: (handle: FileHandle, size: number) => Promise<T>
	): Promise<T | null> {
		const place = [root, ...toSegments(path)].join('/');
		signal?.throwIfAborted();
		const fileSystem = await loadFileSystem();
		let handle: FileHandle | undefined;
		try {
			handle = await fileSystem.open(place);
			const status = await handle.stat();
			return status.isFile() ? await use(handle, status.size) : null;
		} catch (cause) {
			signal?.throwIfAborted();
			if (cause instanceof SourceError) throw cause;
			const code = (cause as { code?: unknown }).code;
			if (code === 'ENOENT' || code === 'ENOTDIR') return null;
			throw new SourceError(`${place} cannot be read: ${(cause as Error).message}`, { cause });
		} finally {
			await handle?.close();
		}
	}

	return {
		name: directory,
		maybeText: (path, signal) =>
			withFile(path, signal, async (handle, size) =>
				new TextDecoder().decode(await readRange(handle, `${root}/${path}`, 0, size, signal))
			),
		maybeSize: (path, signal) => withFile(path, signal, async (_handle, size) => size),
		async bytes(path, start, end, signal, onReceived) {
			checkRange(start, end);
			const bytes = await withFile(path, signal, (handle) =>
				readRange(handle, `${root}/${path}`, start, end, signal, onReceived)
			);
			if (bytes) return bytes;
			throw new SourceError(`${directory} holds no ${path}; choose the folder of a checkpoint`);
		}
	};
}

async function readRange(
	handle: FileHandle,
	where: string,
	start: number,
	end: number,
	signal?: AbortSignal,
	onReceived?: (byteLength: number) => void
): Promise<Uint8Array> {
	const { size } = await handle.stat();
	if (end > size) throw shortFile(where, end, size);
	const bytes = new Uint8Array(end - start);
	let filled = 0;
	while (filled < bytes.length) {
		signal?.throwIfAborted();
		const length = Math.min(bytes.length - filled, blockByteLength);
		const { bytesRead } = await handle.read(bytes, filled, length, start + filled);
		if (bytesRead === 0) throw shortFile(where, end, start + filled);
		filled += bytesRead;
		onReceived?.(filled);
	}
	signal?.throwIfAborted();
	return bytes;
}

async function loadFileSystem(): Promise<FileSystem> {
	// A variable, so that neither a bundler nor the compiler looks for the module.
	const specifier = 'node:fs/promises';
	try {
		return (await import(/* @vite-ignore */ specifier)) as FileSystem;
	} catch (cause) {
		throw new SourceError('a folder on disk can be read in Node only; choose files instead', {
			cause
		});
	}
}
