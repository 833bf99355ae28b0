import { Sha256, type Sha256State } from './sha256.js';
import { SourceError, type Source } from './source.js';

/** How far files have been hashed, to go on another time. */
export type HashStates = Readonly<Record<string, Sha256State>>;

export interface HashedSource extends Source {
	readonly states: HashStates;
	/** Files that were read in order from the first byte to the last, and have the right hash. */
	readonly verified: ReadonlySet<string>;
}

/**
 * Hashes files while they are read, and refuses the last bytes of one whose hash is not the
 * expected one. A file that is not read whole, in order, cannot be checked so.
 *
 * @param expected SHA-256, hexadecimal, by path
 */
export function hashedSource(
	source: Source,
	expected: ReadonlyMap<string, string>,
	states: HashStates = {}
): HashedSource {
	const hashes = new Map<string, Sha256>();
	const verified = new Set<string>();
	for (const path of expected.keys()) hashes.set(path, new Sha256(states[path]));
	return {
		name: source.name,
		maybeText: (path, signal) => source.maybeText(path, signal),
		maybeSize: (path, signal) => source.maybeSize(path, signal),
		verified,
		get states() {
			return Object.fromEntries([...hashes].map(([path, { state }]) => [path, state]));
		},
		async bytes(path, start, end, signal, onReceived) {
			const bytes = await source.bytes(path, start, end, signal, onReceived);
			const hash = hashes.get(path);
			if (hash === undefined || start > hash.byteLength || end <= hash.byteLength) return bytes;
			hash.update(bytes.subarray(hash.byteLength - start));
			if (hash.byteLength < ((await source.maybeSize(path, signal)) ?? Infinity)) return bytes;
			if (hash.digest() === expected.get(path)) {
				verified.add(path);
				return bytes;
			}
			hashes.set(path, new Sha256());
			throw new SourceError(
				`${path} of ${source.name} came with other bytes than its hash promises; it was damaged on the way: load it again`
			);
		}
	};
}

/** The hashes of a file's parts, which let any part be checked without the rest. */
export interface PartHashes {
	/** Bytes of every part but the last. */
	readonly partByteLength: number;
	/** SHA-256, hexadecimal. */
	readonly hashes: readonly string[];
}

interface HashOptions {
	readonly partByteLength?: number;
	readonly onProgress?: (hashedBytes: number, totalBytes: number) => void;
	readonly signal?: AbortSignal;
}

/** @param blob is read once, a part at a time */
export async function hashParts(
	blob: Blob,
	{ partByteLength = 4 * 2 ** 20, onProgress, signal }: HashOptions = {}
): Promise<PartHashes> {
	const hashes: string[] = [];
	for (let start = 0; start < blob.size; start += partByteLength) {
		signal?.throwIfAborted();
		onProgress?.(start, blob.size);
		const part = await blob.slice(start, start + partByteLength).arrayBuffer();
		hashes.push(await sha256(new Uint8Array(part)));
	}
	onProgress?.(blob.size, blob.size);
	return { partByteLength, hashes };
}

/**
 * A source one of whose files is checked part by part: wherever bytes are read, the parts they lie
 * in are read and compared.
 */
export function partHashedSource(
	source: Source,
	checkedPath: string,
	{ partByteLength, hashes }: PartHashes
): Source {
	return {
		...source,
		async bytes(path, start, end, signal, onReceived) {
			if (path !== checkedPath || start === end) {
				return source.bytes(path, start, end, signal, onReceived);
			}
			const size = await source.maybeSize(path, signal);
			const first = Math.floor(start / partByteLength);
			const last = Math.ceil(end / partByteLength);
			const from = first * partByteLength;
			const to = Math.min(last * partByteLength, size ?? end);
			const bytes = await source.bytes(path, from, to, signal);
			for (let part = first; part < last; part++) {
				const offset = part * partByteLength - from;
				const hash = await sha256(bytes.subarray(offset, offset + partByteLength));
				if (hash === hashes[part]) continue;
				throw new SourceError(
					`${source.name}: part ${part + 1} of the stored weights is damaged; delete the stored model and load it again`
				);
			}
			signal?.throwIfAborted();
			onReceived?.(end - start);
			return bytes.subarray(start - from, end - from);
		}
	};
}

async function sha256(bytes: Uint8Array): Promise<string> {
	const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
	return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
