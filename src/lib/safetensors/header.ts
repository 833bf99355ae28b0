import { maybeDuplicateKey } from './duplicateKey.js';
import { byteSize, isSafetensorsDtype, safetensorsDtypes, type SafetensorsDtype } from './dtype.js';
import { quote, SafetensorsError } from './safetensorsError.js';

/** Bytes before the header: its length, an unsigned 64-bit little-endian integer. */
export const prefixByteLength = 8;

/** The reference implementation's limit. */
export const maxHeaderByteLength = 100_000_000;

/** One tensor of a file. `start` and `end` are bytes of the file, not of its data section. */
export interface TensorEntry {
	readonly dtype: SafetensorsDtype;
	readonly shape: readonly number[];
	readonly start: number;
	readonly end: number;
}

/** A checked header. */
export interface SafetensorsHeader {
	readonly metadata: ReadonlyMap<string, string>;
	/** In the order of their bytes. */
	readonly tensors: ReadonlyMap<string, TensorEntry>;
}

/**
 * Reads the header's length from the first eight bytes of a file.
 *
 * @param fileByteLength size of the whole file
 * @param file its name, for messages
 * @throws SafetensorsError if the file is too short, or the length exceeds the file or 100 MB
 */
export function parseHeaderLength(
	prefix: Uint8Array,
	fileByteLength: number,
	file: string
): number {
	if (prefix.byteLength < prefixByteLength || fileByteLength < prefixByteLength) {
		throw new SafetensorsError(
			`${file}: the file has ${fileByteLength} bytes; a safetensors file has at least 8 and a header`
		);
	}
	const length = new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true);
	const room = fileByteLength - prefixByteLength;
	if (length > BigInt(Math.min(room, maxHeaderByteLength))) {
		throw new SafetensorsError(
			`${file}: byte 0 announces a header of ${length} bytes; ` +
				`${room} bytes follow and ${maxHeaderByteLength} is the limit${textHint(prefix)}`
		);
	}
	return Number(length);
}

/** A web page or a Git LFS pointer saved under the checkpoint's name is the usual mistake. */
function textHint(prefix: Uint8Array): string {
	const head = prefix.subarray(0, prefixByteLength);
	if (!head.every((byte) => byte === 10 || (byte >= 32 && byte < 127))) return '';
	const text = String.fromCharCode(...head);
	return `. The file begins with the text ${quote(text)}: it is probably a web page or a Git LFS pointer, download the file itself`;
}

/**
 * Parses and checks the header of a safetensors file field by field: every tensor's bytes lie in
 * the file, match its dtype and shape, and together they cover the data without hole or overlap.
 *
 * @param json the header's bytes, without the eight before it
 * @throws SafetensorsError naming file, tensor, byte and what was expected
 */
export function parseHeader(
	json: Uint8Array,
	fileByteLength: number,
	file: string
): SafetensorsHeader {
	const fields = parseFields(json, file);
	const dataStart = prefixByteLength + json.byteLength;
	const dataByteLength = fileByteLength - dataStart;
	let metadata: ReadonlyMap<string, string> = new Map();
	const entries: [string, TensorEntry][] = [];
	for (const [name, value] of fields) {
		if (name === '__metadata__') metadata = parseMetadata(value, file);
		else entries.push([name, parseEntry(value, name, dataStart, dataByteLength, file)]);
	}
	entries.sort(([, a], [, b]) => a.start - b.start || a.end - b.end);
	checkCoverage(entries, dataStart, fileByteLength, file);
	return { metadata, tensors: new Map(entries) };
}

function parseFields(json: Uint8Array, file: string): [string, unknown][] {
	const where = `${file}: the header at byte ${prefixByteLength}`;
	// The format asks for this very byte; it also rules out a byte order mark.
	if (json[0] !== 0x7b) throw new SafetensorsError(`${where} does not begin with "{"`);
	let text: string;
	let header: unknown;
	try {
		text = new TextDecoder('utf-8', { fatal: true }).decode(json);
	} catch (cause) {
		throw new SafetensorsError(`${where} is not UTF-8 text`, { cause });
	}
	try {
		header = JSON.parse(text);
	} catch (cause) {
		throw new SafetensorsError(`${where} is not JSON: ${(cause as Error).message}`, { cause });
	}
	const duplicate = maybeDuplicateKey(text);
	if (duplicate !== null) {
		throw new SafetensorsError(`${where} has the key ${quote(duplicate)} twice`);
	}
	return Object.entries(header as object);
}

function parseMetadata(value: unknown, file: string): ReadonlyMap<string, string> {
	if (!isRecord(value)) {
		throw new SafetensorsError(`${file}: __metadata__ is ${quote(value)}, expected an object`);
	}
	const entries = Object.entries(value).map(([key, text]): [string, string] => {
		if (typeof text === 'string') return [key, text];
		throw new SafetensorsError(
			`${file}: __metadata__ ${quote(key)} is ${quote(text)}, expected a string`
		);
	});
	return new Map(entries);
}

function parseEntry(
	value: unknown,
	name: string,
	dataStart: number,
	dataByteLength: number,
	file: string
): TensorEntry {
	const where = `${file}: tensor ${quote(name)}`;
	if (!isRecord(value)) {
		throw new SafetensorsError(
			`${where} is ${quote(value)}, expected an object with dtype, shape and data_offsets`
		);
	}
	const { dtype, shape, data_offsets: offsets } = value;
	if (!isSafetensorsDtype(dtype)) {
		throw new SafetensorsError(
			`${where}: dtype is ${quote(dtype)}, expected one of ${safetensorsDtypes.join(', ')}`
		);
	}
	if (!isSizes(shape)) {
		throw new SafetensorsError(
			`${where}: shape is ${describeList(shape)}, expected a list of non-negative integers`
		);
	}
	if (!isSizes(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
		throw new SafetensorsError(
			`${where}: data_offsets is ${describeList(offsets)}, expected [start, end] with start ≤ end`
		);
	}
	const [start, end] = offsets;
	if (end > dataByteLength) {
		throw new SafetensorsError(
			`${where} ends at byte ${dataStart + end}, but the file ends at byte ${dataStart + dataByteLength}; ` +
				'it is damaged or was not downloaded whole'
		);
	}
	// One step at a time: a product beyond 2^53 is no longer exact, and no file is that long.
	let byteLength = byteSize(dtype);
	for (const size of shape) {
		byteLength *= size;
		if (!Number.isSafeInteger(byteLength)) {
			throw new SafetensorsError(`${where}: shape ${describeList(shape)} is beyond 2^53 bytes`);
		}
	}
	if (byteLength !== end - start) {
		throw new SafetensorsError(
			`${where} at byte ${dataStart + start} has ${end - start} bytes, ` +
				`${dtype} ${describeList(shape)} needs ${byteLength}`
		);
	}
	return { dtype, shape, start: dataStart + start, end: dataStart + end };
}

function checkCoverage(
	entries: readonly [string, TensorEntry][],
	dataStart: number,
	fileByteLength: number,
	file: string
): void {
	let cursor = dataStart;
	let previous = 'the header';
	for (const [name, { start, end }] of entries) {
		if (start < cursor) {
			throw new SafetensorsError(
				`${file}: tensor ${quote(name)} starts at byte ${start}, inside ${previous} which ends at byte ${cursor}`
			);
		}
		if (start > cursor) {
			throw new SafetensorsError(
				`${file}: bytes ${cursor} to ${start}, before tensor ${quote(name)}, belong to no tensor`
			);
		}
		cursor = end;
		previous = `tensor ${quote(name)}`;
	}
	if (cursor !== fileByteLength) {
		throw new SafetensorsError(
			`${file}: bytes ${cursor} to ${fileByteLength}, after ${previous}, belong to no tensor`
		);
	}
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
	return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function describeList(value: unknown): string {
	if (!Array.isArray(value) || value.length > 16) return quote(value);
	return `[${value.map(quote).join(', ')}]`;
}
