import type { Source } from '../sources/source.js';
import type { CheckpointTensor, ReadTensor, TensorPiece } from './checkpoint.js';

/** Bytes asked for at once. */
export const maxChunkByteLength = 16 * 1024 * 1024;

/** A gap between two wanted tensors up to this is read too and thrown away: cheaper than a request. */
const maxGapByteLength = 64 * 1024;

interface Wanted {
	readonly name: string;
	readonly info: CheckpointTensor;
}

/**
 * Yields tensors in file order, reading neighbours together; see `Checkpoint.readAll`. While one
 * chunk is worked on, the next one is under way.
 *
 * @param onChunk told that a chunk has come, before the next one is asked for
 */
export async function* readRanges(
	source: Source,
	wanted: readonly Wanted[],
	onProgress?: (loadedBytes: number, totalBytes: number) => void,
	signal?: AbortSignal,
	onChunk?: () => void
): AsyncGenerator<ReadTensor & { readonly endsChunk: boolean }, void, undefined> {
	const total = wanted.reduce((sum, { info }) => sum + info.byteLength, 0);
	const chunks = toChunks(wanted);
	// Ends what is under way when nobody wants the rest.
	const stop = new AbortController();
	const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
	let loaded = 0;
	const begin = (chunk: readonly Wanted[]) => {
		const { file, start } = chunk[0].info;
		const useful = usefulBytes(chunk);
		const reading = readRange(source, file, start, endOf(chunk.at(-1)!), either, (received) =>
			onProgress?.(loaded + Math.min(received, useful), total)
		);
		// It may fail while the chunk before is still worked on; it is awaited after that.
		reading.catch(() => {});
		return reading;
	};
	try {
		let next = chunks.length > 0 ? begin(chunks[0]) : null;
		for (const [index, chunk] of chunks.entries()) {
			signal?.throwIfAborted();
			const bytes = await next!;
			loaded += usefulBytes(chunk);
			onProgress?.(loaded, total);
			onChunk?.();
			next = index + 1 < chunks.length ? begin(chunks[index + 1]) : null;
			for (const [place, { name, info }] of chunk.entries()) {
				signal?.throwIfAborted();
				const offset = info.start - chunk[0].info.start;
				yield {
					name,
					info,
					bytes: bytes.subarray(offset, offset + info.byteLength),
					endsChunk: place === chunk.length - 1
				};
			}
		}
	} finally {
		stop.abort();
	}
}

/**
 * Yields tensors in file order, in pieces of whole rows; see `Checkpoint.readPieces`. A row is what
 * lies under one index of the first axis.
 */
export async function* readPieces(
	source: Source,
	wanted: readonly Wanted[],
	onProgress?: (loadedBytes: number, totalBytes: number) => void,
	signal?: AbortSignal,
	isDone: (name: string, firstRow: number) => boolean = () => false,
	onChunk?: () => void
): AsyncGenerator<TensorPiece, void, undefined> {
	const pieces = wanted.flatMap(({ name, info }) => {
		const [rows = 1] = info.shape;
		const rowLength = info.byteLength / Math.max(rows, 1);
		if (info.byteLength <= maxChunkByteLength)
			return [{ name, info: { ...info }, whole: info, firstRow: 0 }];
		const rowsAtOnce = Math.max(1, Math.floor(maxChunkByteLength / rowLength));
		return Array.from({ length: Math.ceil(rows / rowsAtOnce) }, (_, index) => {
			const firstRow = index * rowsAtOnce;
			const count = Math.min(rowsAtOnce, rows - firstRow);
			const start = info.start + firstRow * rowLength;
			const part = { ...info, start, byteLength: count * rowLength };
			return { name, info: part, whole: info, firstRow };
		});
	});
	const left = pieces.filter(({ name, firstRow }) => !isDone(name, firstRow));
	const places = new Map(left.map((piece) => [piece.info, piece]));
	const total = pieces.reduce((sum, { info }) => sum + info.byteLength, 0);
	const done = total - left.reduce((sum, { info }) => sum + info.byteLength, 0);
	const report = onProgress && ((loaded: number) => onProgress(done + loaded, total));
	for await (const part of readRanges(source, left, report, signal, onChunk)) {
		const { whole, firstRow } = places.get(part.info)!;
		yield { ...part, info: whole, firstRow };
	}
}

const usefulBytes = (chunk: readonly Wanted[]) =>
	chunk.reduce((sum, { info }) => sum + info.byteLength, 0);

const endOf = ({ info }: Wanted) => info.start + info.byteLength;

/** Groups neighbours of a file into chunks; a tensor larger than a chunk is a group of its own. */
function toChunks(wanted: readonly Wanted[]): Wanted[][] {
	const sorted = [...wanted].sort(({ info: a }, { info: b }) =>
		a.file === b.file ? a.start - b.start || a.byteLength - b.byteLength : a.file < b.file ? -1 : 1
	);
	const chunks: Wanted[][] = [];
	for (const tensor of sorted) {
		const chunk = chunks.at(-1);
		const fits =
			chunk &&
			chunk[0].info.file === tensor.info.file &&
			tensor.info.start - endOf(chunk.at(-1)!) <= maxGapByteLength &&
			endOf(tensor) - chunk[0].info.start <= maxChunkByteLength;
		if (fits) chunk.push(tensor);
		else chunks.push([tensor]);
	}
	return chunks;
}

/** A range of any length, a chunk at a time, so that a cut connection or an abort loses little. */
async function readRange(
	source: Source,
	file: string,
	start: number,
	end: number,
	signal: AbortSignal | undefined,
	onReceived: (byteLength: number) => void
): Promise<Uint8Array> {
	if (end - start <= maxChunkByteLength) {
		return source.bytes(file, start, end, signal, onReceived);
	}
	const bytes = new Uint8Array(end - start);
	for (let from = start; from < end; from += maxChunkByteLength) {
		const to = Math.min(from + maxChunkByteLength, end);
		const part = await source.bytes(file, from, to, signal, (received) =>
			onReceived(from - start + received)
		);
		bytes.set(part, from - start);
	}
	return bytes;
}
