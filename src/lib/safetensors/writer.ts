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
	const pairs = tensors instanceof Map ? [...tensors] : Object.entries(tensors);
	const sorted = (pairs as [string, WritableTensor][]).sort(
		([a, { dtype: left }], [b, { dtype: right }]) =>
			byteSize(right) - byteSize(left) || (a < b ? -1 : 1)
	);
	const fields: [string, unknown][] = metadata ? [['__metadata__', metadata]] : [];
	let length = 0;
	for (const [name, { dtype, shape, data }] of sorted) {
		const expected = shape.reduce((product, size) => product * size, byteSize(dtype));
		if (data.byteLength !== expected) {
			throw new RangeError(
				`tensor ${name}: ${dtype} [${shape.join(', ')}] needs ${expected} bytes, got ${data.byteLength}`
			);
		}
		const end = length + data.byteLength;
		fields.push([name, { dtype, shape, data_offsets: [length, end] }]);
		length = end;
	}
	const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(fields)));
	const dataStart = Math.ceil((prefixByteLength + json.byteLength) / 8) * 8;
	if (dataStart - prefixByteLength > maxHeaderByteLength) {
		throw new RangeError(
			`${sorted.length} tensors need a header above ${maxHeaderByteLength} bytes`
		);
	}

	const file = new Uint8Array(dataStart + length);
	new DataView(file.buffer).setBigUint64(0, BigInt(dataStart - prefixByteLength), true);
	file.fill(0x20, prefixByteLength, dataStart);
	file.set(json, prefixByteLength);
	let position = dataStart;
	for (const [, { data }] of sorted) {
		file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
		position += data.byteLength;
	}
	return file;
}
