import type { Source } from '../sources/source.js';
import { parseHeader, parseHeaderLength, prefixByteLength, type TensorEntry } from './header.js';
import type { SafetensorsDtype } from './dtype.js';
import { quote, SafetensorsError } from './safetensorsError.js';
import { parseShardIndex } from './shardIndex.js';
import { readPieces, readRanges } from './readRanges.js';

const singleFile = 'model.safetensors';
const indexFile = 'model.safetensors.index.json';

/** Where a tensor lies; `start` is its first byte in `file`. */
export interface CheckpointTensor {
	readonly dtype: SafetensorsDtype;
	readonly shape: readonly number[];
	readonly byteLength: number;
	readonly file: string;
	readonly start: number;
}

/** A tensor with its little-endian bytes, which may be a view of a larger buffer: do not keep them. */
export interface ReadTensor {
	readonly name: string;
	readonly info: CheckpointTensor;
	readonly bytes: Uint8Array;
}

/** Some rows of a tensor, with their little-endian bytes, of which the same holds. */
export interface TensorPiece extends ReadTensor {
	/** The tensor's, not the piece's. */
	readonly info: CheckpointTensor;
	/** Index of the first row of `bytes` along the first axis. */
	readonly firstRow: number;
	/** Whether all that was asked for with this piece has been yielded. */
	readonly endsChunk: boolean;
}

/** The tensors of a checkpoint, of one file or many; nothing but the headers is in memory. */
export interface Checkpoint {
	/** For messages: the source's. */
	readonly name: string;
	/** File by file, in the order of their bytes. */
	readonly tensors: ReadonlyMap<string, CheckpointTensor>;
	/** @throws SafetensorsError if there is no such tensor */
	read(name: string, signal?: AbortSignal): Promise<Uint8Array>;
	/**
	 * The named tensors in file order. Neighbours share a request of up to 16 MiB; in memory are
	 * two such chunks, of which one is on its way, and one tensor, for a caller that keeps no `bytes`.
	 *
	 * @throws SafetensorsError if there is no such tensor
	 */
	readAll(
		names: Iterable<string>,
		onProgress?: (loadedBytes: number, totalBytes: number) => void,
		signal?: AbortSignal
	): AsyncGenerator<ReadTensor, void, undefined>;
	/**
	 * The same, but a tensor of more than 16 MiB comes in pieces of whole rows, in order, so that it
	 * need not be in memory at once. Pieces that `isDone` are left out, and count as loaded.
	 * `onChunk` is told that a chunk has come, before the next one is asked for.
	 *
	 * @throws SafetensorsError if there is no such tensor
	 */
	readPieces(
		names: Iterable<string>,
		onProgress?: (loadedBytes: number, totalBytes: number) => void,
		signal?: AbortSignal,
		isDone?: (name: string, firstRow: number) => boolean,
		onChunk?: () => void
	): AsyncGenerator<TensorPiece, void, undefined>;
}

/**
 * Opens `model.safetensors`, or the files of `model.safetensors.index.json`: reads and checks
 * their headers.
 *
 * @throws SafetensorsError if there is neither, or a file is damaged; SourceError from the source
 */
export async function openCheckpoint(source: Source, signal?: AbortSignal): Promise<Checkpoint> {
	const tensors = (await maybeOpenSingle(source, signal)) ?? (await openShards(source, signal));
	const find = (name: string): CheckpointTensor => {
		const info = tensors.get(name);
		if (info) return info;
		throw new SafetensorsError(`${source.name}: there is no tensor ${quote(name)}`);
	};
	const findAll = (names: Iterable<string>) =>
		[...new Set(names)].map((name) => ({ name, info: find(name) }));
	return {
		name: source.name,
		tensors,
		async read(name, signal) {
			const { file, start, byteLength } = find(name);
			return source.bytes(file, start, start + byteLength, signal);
		},
		readAll: (names, onProgress, signal) => readRanges(source, findAll(names), onProgress, signal),
		readPieces: (names, onProgress, signal, isDone, onChunk) =>
			readPieces(source, findAll(names), onProgress, signal, isDone, onChunk)
	};
}

type Tensors = ReadonlyMap<string, CheckpointTensor>;

async function maybeOpenSingle(source: Source, signal?: AbortSignal): Promise<Tensors | null> {
	const size = await source.maybeSize(singleFile, signal);
	return size === null ? null : new Map(await readHeader(source, singleFile, size, signal));
}

async function openShards(source: Source, signal?: AbortSignal): Promise<Tensors> {
	const text = await source.maybeText(indexFile, signal);
	if (text === null) {
		throw new SafetensorsError(
			`${source.name} holds neither ${singleFile} nor ${indexFile}; choose the folder of a Hugging Face checkpoint`
		);
	}
	const shards = parseShardIndex(text, indexFile);
	const files = [...new Set(shards.values())].sort();
	const headers = await Promise.all(
		files.map(async (file) => {
			const size = await source.maybeSize(file, signal);
			if (size !== null) return readHeader(source, file, size, signal);
			throw new SafetensorsError(
				`${source.name} holds no ${file}, which ${indexFile} names; add the missing file`
			);
		})
	);

	const tensors = new Map<string, CheckpointTensor>();
	for (const [name, info] of headers.flat()) {
		const other = tensors.get(name);
		if (other) {
			throw new SafetensorsError(
				`tensor ${quote(name)} is in ${other.file} and in ${info.file}, expected one of them`
			);
		}
		tensors.set(name, info);
	}
	for (const [name, file] of shards) {
		if (tensors.get(name)?.file !== file) {
			throw new SafetensorsError(
				`${indexFile} puts tensor ${quote(name)} in ${file}, which does not hold it`
			);
		}
	}
	return tensors;
}

async function readHeader(
	source: Source,
	file: string,
	size: number,
	signal?: AbortSignal
): Promise<[string, CheckpointTensor][]> {
	const prefix = await source.bytes(file, 0, Math.min(prefixByteLength, size), signal);
	const length = parseHeaderLength(prefix, size, file);
	const json = await source.bytes(file, prefixByteLength, prefixByteLength + length, signal);
	const { tensors } = parseHeader(json, size, file);
	return [...tensors].map(([name, entry]) => [name, toInfo(entry, file)]);
}

function toInfo({ dtype, shape, start, end }: TensorEntry, file: string): CheckpointTensor {
	return { dtype, shape, byteLength: end - start, file, start };
}
