import type { StoreFolder } from '../../src/lib/gemma3/storedModel.js';

export interface MemoryFolder extends StoreFolder {
	readonly files: Map<string, Uint8Array<ArrayBuffer>>;
	/** The disk is full after so many more bytes of weights. */
	space: number;
	/** The page is closed after so many more writes of weights: nothing works from then on. */
	lifetime: number;
}

/** A folder in memory that can be full or die. */
export function memoryFolder(): MemoryFolder {
	const files = new Map<string, Uint8Array<ArrayBuffer>>();
	const checkAlive = () => {
		if (folder.lifetime <= 0) throw new Error('the page was closed');
	};
	const folder: MemoryFolder = {
		name: 'a folder in memory',
		files,
		space: Infinity,
		lifetime: Infinity,
		async maybeBlob(path) {
			const bytes = files.get(path);
			return bytes === undefined ? null : new Blob([bytes]);
		},
		async writeText(path, text) {
			checkAlive();
			files.set(path, new TextEncoder().encode(text));
		},
		async openFile(path, byteLength) {
			const bytes = new Uint8Array(byteLength);
			bytes.set((files.get(path) ?? new Uint8Array(0)).subarray(0, byteLength));
			files.set(path, bytes);
			return {
				write(part, at) {
					checkAlive();
					folder.lifetime--;
					if (part.byteLength > folder.space) {
						throw new DOMException('full', 'QuotaExceededError');
					}
					folder.space -= part.byteLength;
					bytes.set(part, at);
				},
				flush() {},
				close() {}
			};
		},
		async remove(path) {
			files.delete(path);
		}
	};
	return folder;
}
