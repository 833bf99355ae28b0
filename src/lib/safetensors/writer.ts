import { byteSize, type SafetensorsDtype } from './dtype.js';
import { maxHeaderByteLength, prefixByteLength } from './header.js';

/** A tensor to write; `data` holds its little-endian values, row-major. */
export interface WritableTensor {
	readonly dtype: SafetensorsDtype;
	readonly shape: readonly number[];
	readonly data: ArrayBufferView;
}

/**
 * A safetensors file. Like the reference, it puts wide dtypes first and pads the header to eight
 * bytes, so that every tensor is aligned.
 *
 * @throws RangeError if the data of a tensor has another length than its shape
 */
export function encodeSafetensors(
	tensors: ReadonlyMap<string, WritableTensor> | Readonly<Record<string, WritableTensor>>,
	metadata?: Readonly<Record<string, string>>
): Uint8Array {
	const pairs = (tensors instanceof Map ? [...tensors] : Object.entries(tensors)) as [
		string,
		WritableTensor
	][];
	for (const [name, { dtype, shape, data }] of pairs) {
		const expected = byteLengthOf({ name, dtype, shape });
		if (data.byteLength !== expected) {
			throw new RangeError(
				`tensor ${name}: ${dtype} [${shape.join(', ')}] needs ${expected} bytes, got ${data.byteLength}`
			);
		}
	}
	const fields = pairs.map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
	const { header, starts, byteLength } = encodeHeader(fields, metadata);
	const file = new Uint8Array(byteLength);
	file.set(header);
	for (const [name, { data }] of pairs) {
		file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), starts.get(name));
	}
	return file;
}

/** A tensor of a file that is yet to be filled. */
export interface HeaderField {
	readonly name: string;
	readonly dtype: SafetensorsDtype;
	readonly shape: readonly number[];
}

/** The beginning of a safetensors file, and where each tensor's bytes belong in it. */
export function encodeHeader(
	fields: readonly HeaderField[],
	metadata?: Readonly<Record<string, string>>
): { header: Uint8Array; starts: ReadonlyMap<string, number>; byteLength: number } {
	const sorted = [...fields].sort(
		(a, b) => byteSize(b.dtype) - byteSize(a.dtype) || (a.name < b.name ? -1 : 1)
	);
	const entries: [string, unknown][] = metadata ? [['__metadata__', metadata]] : [];
	const offsets = new Map<string, number>();
	let length = 0;
	for (const field of sorted) {
		const { name, dtype, shape } = field;
		offsets.set(name, length);
		const end = length + byteLengthOf(field);
		entries.push([name, { dtype, shape, data_offsets: [length, end] }]);
		length = end;
	}
	const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
	const dataStart = Math.ceil((prefixByteLength + json.byteLength) / 8) * 8;
	if (dataStart - prefixByteLength > maxHeaderByteLength) {
		throw new RangeError(
			`${sorted.length} tensors need a header above ${maxHeaderByteLength} bytes`
		);
	}
	const header = new Uint8Array(dataStart);
	new DataView(header.buffer).setBigUint64(0, BigInt(dataStart - prefixByteLength), true);
	header.fill(0x20, prefixByteLength);
	header.set(json, prefixByteLength);
	const starts = new Map([...offsets].map(([name, offset]) => [name, dataStart + offset]));
	return { header, starts, byteLength: dataStart + length };
}

function byteLengthOf({ dtype, shape }: HeaderField): number {
	return shape.reduce((product, size) => product * size, byteSize(dtype));
}
