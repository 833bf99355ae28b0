import { filesSource } from '../../src/lib/sources/filesSource.js';
import type { Source } from '../../src/lib/sources/source.js';

/** A source over bytes and texts in memory that also notes every range read. */
export function memorySource(
	files: Readonly<Record<string, Uint8Array | string>>
): Source & { readonly reads: { path: string; start: number; end: number }[] } {
	const blobs = Object.entries(files).map(
		([path, content]) => [path, new Blob([content as BlobPart])] as const
	);
	const source = filesSource(new Map(blobs), 'memory');
	const reads: { path: string; start: number; end: number }[] = [];
	return {
		...source,
		reads,
		bytes(path, start, end, signal, onReceived) {
			reads.push({ path, start, end });
			return source.bytes(path, start, end, signal, onReceived);
		}
	};
}
