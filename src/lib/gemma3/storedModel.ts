import { openCheckpoint } from '../safetensors/checkpoint.js';
import { filesSource } from '../sources/filesSource.js';
import {
	hashedSource,
	hashParts,
	partHashedSource,
	type HashStates,
	type PartHashes
} from '../sources/hashedSource.js';
import { SourceError, type Source } from '../sources/source.js';
import type { WeightDtype } from '../tensor/packedMatrix.js';
import {
	convertCheckpoint,
	planPackedCheckpoint,
	type ByteSink,
	type PackedLayout
} from './packedCheckpoint.js';
import { expectedParts, loadConfig, type Parts } from './pretrained.js';

/** A folder that keeps one model. */
export interface StoreFolder {
	/** For messages. */
	readonly name: string;
	maybeBlob(path: string): Promise<Blob | null>;
	writeText(path: string, text: string): Promise<void>;
	/** Opens a file for bytes at any place, as long as `byteLength`; what it holds stays. */
	openFile(path: string, byteLength: number): Promise<StoreFile>;
	remove(path: string): Promise<void>;
}

export interface StoreFile extends ByteSink {
	/** Returns when everything written so far would survive the end of the page. */
	flush(): Promise<void> | void;
	close(): Promise<void> | void;
}

/** What a kept model is; written last, so that a model without it is not finished. */
export interface StoredModel {
	readonly version: 1;
	/** Where it came from: a repository, or a folder's name. */
	readonly name: string;
	readonly revision: string | null;
	readonly commit: string | null;
	readonly dtype: WeightDtype;
	/** Of the weights. */
	readonly byteLength: number;
	/**
	 * Whether the checkpoint has a classification head, which is then kept too; absent in what was
	 * kept by a version that left such heads out.
	 */
	readonly hasScore?: boolean;
	readonly parts: PartHashes;
}

export interface StoreOptions {
	readonly dtype: WeightDtype;
	readonly parts?: Parts;
	readonly revision?: string;
	/** The state of the repository; another one is another model. */
	readonly commit?: string | null;
	/** SHA-256 of the source's files, where it gives them. */
	readonly hashes?: ReadonlyMap<string, string>;
	/** Bytes of the source read so far, and in all. */
	readonly onProgress?: (loadedBytes: number, totalBytes: number) => void;
	/** The same of bytes that are converted and written. */
	readonly onConverted?: (convertedBytes: number, totalBytes: number) => void;
	/** Bytes of the result that were read once more, to hash them. */
	readonly onChecked?: (checkedBytes: number, totalBytes: number) => void;
	readonly signal?: AbortSignal;
}

const manifestFile = 'stored-model.json';
const journalFile = 'conversion.json';
const weightsFile = 'model.safetensors';

/** What belongs to a checkpoint beside its weights, where it is there. */
const companions = [
	'config.json',
	'generation_config.json',
	'tokenizer.json',
	'tokenizer_config.json',
	'special_tokens_map.json',
	'added_tokens.json',
	'chat_template.jinja',
	'chat_template.json',
	'preprocessor_config.json',
	'processor_config.json'
];

/** How far a conversion has come. */
interface Journal {
	readonly commit: string | null;
	readonly dtype: WeightDtype;
	readonly byteLength: number;
	readonly done: readonly string[];
	readonly hashes: HashStates;
}

/** The finished model in a folder; null if there is none, or one of another format. */
export async function maybeStoredModel(folder: StoreFolder): Promise<StoredModel | null> {
	const manifest = (await maybeJson(folder, manifestFile)) as StoredModel | null;
	return manifest?.version === 1 ? manifest : null;
}

/**
 * The stored files as a source to load a model from. Every part of the weights is checked against
 * its hash while it is read.
 *
 * @throws SourceError if the folder holds no finished model, or its weights are cut off
 */
export async function storedSource(folder: StoreFolder): Promise<Source> {
	const manifest = await maybeStoredModel(folder);
	const weights = await folder.maybeBlob(weightsFile);
	if (manifest === null || weights?.size !== manifest.byteLength) {
		throw new SourceError(`${folder.name} is not stored whole; load it again`);
	}
	const files = new Map([[weightsFile, weights]]);
	for (const path of companions) {
		const blob = await folder.maybeBlob(path);
		if (blob !== null) files.set(path, blob);
	}
	return partHashedSource(filesSource(files, manifest.name), weightsFile, manifest.parts);
}

/**
 * Fetches a checkpoint and keeps it converted. One that was interrupted goes on behind the last
 * piece that was written; one that is there already is left as it is.
 *
 * @throws SourceError, SafetensorsError, UnsupportedModelError, or AbortError
 */
export async function storeModel(
	source: Source,
	folder: StoreFolder,
	options: StoreOptions
): Promise<StoredModel> {
	const { dtype, signal, revision = null, commit = null } = options;
	const stored = await maybeStoredModel(folder);
	if (stored?.dtype === dtype && stored.commit === commit) return stored;
	await folder.remove(manifestFile);
	await copyCompanions(source, folder, signal);
	const config = await loadConfig(source, signal);
	const { parts = { head: 'lm', vision: 'if configured' } } = options;
	const expected = expectedParts(config, parts, source.name);

	const journal = (await maybeJson(folder, journalFile)) as Journal | null;
	const isSame = journal?.commit === commit && journal.dtype === dtype;
	const hashed = hashedSource(source, options.hashes ?? new Map(), isSame ? journal.hashes : {});
	const checkpoint = await openCheckpoint(hashed, signal);
	const layout = planPackedCheckpoint(checkpoint, expected, dtype);
	const done = isSame && journal.byteLength === layout.byteLength ? journal.done : [];
	let hashes = hashed.states;
	const write = (pieces: readonly string[]) => {
		const { byteLength } = layout;
		const entry: Journal = { commit, dtype, byteLength, done: pieces, hashes };
		return folder.writeText(journalFile, JSON.stringify(entry));
	};
	// The next chunk is hashed while this one is written: the journal must not run ahead.
	const onChunk = () => void (hashes = hashed.states);
	try {
		await fill(folder, layout, done, write, (sink, onPieces) =>
			convertCheckpoint(checkpoint, layout, sink, {
				...options,
				done: new Set(done),
				onChunk,
				onPieces
			})
		);
	} catch (error) {
		// Some piece that is written came from damaged bytes: none can be trusted.
		if (error instanceof SourceError && /hash promises/.test(error.message)) {
			await folder.remove(journalFile);
		}
		throw error;
	}
	const weights = (await folder.maybeBlob(weightsFile))!;
	const manifest: StoredModel = {
		version: 1,
		name: source.name,
		revision,
		commit,
		dtype,
		byteLength: layout.byteLength,
		hasScore: layout.places.has('score.weight'),
		parts: await hashParts(weights, { onProgress: options.onChecked, signal })
	};
	signal?.throwIfAborted();
	await folder.writeText(manifestFile, JSON.stringify(manifest));
	await folder.remove(journalFile);
	return manifest;
}

/** Runs a conversion into the weights' file, and notes pieces once they are safe. */
async function fill(
	folder: StoreFolder,
	{ byteLength }: PackedLayout,
	before: readonly string[],
	write: (done: readonly string[]) => Promise<void>,
	convert: (sink: ByteSink, onPieces: (pieces: readonly string[]) => Promise<void>) => Promise<void>
): Promise<void> {
	const done = [...before];
	const file = await guardSpace(folder, byteLength, () => folder.openFile(weightsFile, byteLength));
	try {
		const sink: ByteSink = {
			write: (bytes, at) => guardSpace(folder, byteLength, () => file.write(bytes, at))
		};
		await convert(sink, async (pieces) => {
			await file.flush();
			done.push(...pieces);
			await guardSpace(folder, byteLength, () => write(done));
		});
	} finally {
		await file.close();
	}
}

async function copyCompanions(source: Source, folder: StoreFolder, signal?: AbortSignal) {
	for (const path of companions) {
		const text = await source.maybeText(path, signal);
		if (text === null) await folder.remove(path);
		else await guardSpace(folder, text.length, () => folder.writeText(path, text));
	}
}

/** Says what to do when the disk, or the page's share of it, is full. */
async function guardSpace<T>(
	folder: StoreFolder,
	byteLength: number,
	job: () => Promise<T> | T
): Promise<T> {
	try {
		return await job();
	} catch (cause) {
		if ((cause as Error).name !== 'QuotaExceededError') throw cause;
		throw new SourceError(
			`there is no room for ${folder.name}, which needs ${Math.ceil(byteLength / 1e6)} MB: delete a stored model or free some disk, then load it again; it goes on where it stopped`,
			{ cause }
		);
	}
}

async function maybeJson(folder: StoreFolder, path: string): Promise<unknown> {
	const blob = await folder.maybeBlob(path);
	if (blob === null) return null;
	try {
		return JSON.parse(await blob.text());
	} catch {
		// Cut off while it was written: as good as none.
		return null;
	}
}
