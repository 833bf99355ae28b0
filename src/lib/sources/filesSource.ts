import { checkRange, shortFile, toSegments } from './path.js';
import { SourceError, type Source } from './source.js';

/**
 * Files that the reader chose or dropped. The folders that all their paths begin with are left
 * out, so that a chosen folder is the checkpoint's folder.
 *
 * @param files `File`s (by `webkitRelativePath`, else by name), or blobs by path
 * @param name for messages
 * @throws SourceError if two files have one path
 */
export function filesSource(
	files: readonly File[] | ReadonlyMap<string, Blob>,
	name: string
): Source {
	const blobs = withoutCommonFolder('get' in files ? [...files] : toPairs(files), name);

	const find = (path: string, signal?: AbortSignal): Blob | null => {
		signal?.throwIfAborted();
		return blobs.get(toSegments(path).join('/')) ?? null;
	};
	const read = async (path: string, blob: Blob, signal?: AbortSignal): Promise<Uint8Array> => {
		try {
			return new Uint8Array(await blob.arrayBuffer());
		} catch (cause) {
			throw new SourceError(
				`${path} of ${name} cannot be read, perhaps because it was changed or removed; choose the files again`,
				{ cause }
			);
		} finally {
			signal?.throwIfAborted();
		}
	};

	return {
		name,
		async maybeText(path, signal) {
			const blob = find(path, signal);
			return blob && new TextDecoder().decode(await read(path, blob, signal));
		},
		async maybeSize(path, signal) {
			return find(path, signal)?.size ?? null;
		},
		async bytes(path, start, end, signal, onReceived) {
			checkRange(start, end);
			const blob = find(path, signal);
			if (!blob) throw new SourceError(`${name} holds no ${path}; choose it too`);
			if (end > blob.size) throw shortFile(`${path} of ${name}`, end, blob.size);
			const bytes = await read(path, blob.slice(start, end), signal);
			onReceived?.(bytes.byteLength);
			return bytes;
		}
	};
}

function toPairs(files: readonly File[]): [string, Blob][] {
	return Array.from(files, (file) => [file.webkitRelativePath || file.name, file]);
}

function withoutCommonFolder(
	pairs: readonly (readonly [string, Blob])[],
	name: string
): ReadonlyMap<string, Blob> {
	const paths = pairs.map(([path]) => path.split('/').filter((segment) => segment !== ''));
	let depth = 0;
	while (
		paths.length > 0 &&
		paths.every((path) => path.length > depth + 1 && path[depth] === paths[0][depth])
	) {
		depth++;
	}
	const blobs = new Map<string, Blob>();
	for (const [i, path] of paths.entries()) {
		const key = path.slice(depth).join('/');
		if (blobs.has(key)) {
			throw new SourceError(
				`${name} holds ${key} twice; choose one folder, or one of the two files`
			);
		}
		blobs.set(key, pairs[i][1]);
	}
	return blobs;
}
