import { createTensor, type Tensor, type TensorType } from '../tensor/tensor.js';
import { isFloatDtype, toFloat32 } from '../tensor/toFloat32.js';
import { parseHeader, parseHeaderLength, prefixByteLength, type TensorEntry } from './header.js';
import { quote, SafetensorsError } from './safetensorsError.js';

type AnyTensor = { [T in TensorType]: Tensor<T> }[TensorType];

/**
 * All tensors of a small safetensors file that is in memory. Floats become float32; I64, I32, U8
 * and BOOL keep their type.
 *
 * @param file its name, for messages
 * @throws SafetensorsError if the file is damaged, or holds a dtype that `Tensor` has not
 */
export function decodeSafetensors(
	bytes: Uint8Array,
	file = 'safetensors'
): ReadonlyMap<string, AnyTensor> {
	const length = parseHeaderLength(bytes, bytes.byteLength, file);
	const json = bytes.subarray(prefixByteLength, prefixByteLength + length);
	const { tensors } = parseHeader(json, bytes.byteLength, file);
	return new Map(
		[...tensors].map(([name, entry]) => [name, decodeTensor(bytes, entry, name, file)])
	);
}

function decodeTensor(
	file: Uint8Array,
	{ dtype, shape, start, end }: TensorEntry,
	name: string,
	fileName: string
): AnyTensor {
	if (isFloatDtype(dtype)) {
		return createTensor('float32', shape, toFloat32(file.subarray(start, end), dtype));
	}
	// Not `slice`, which in a Node Buffer shares the memory and so its offset.
	const bytes = new Uint8Array(file.subarray(start, end));
	switch (dtype) {
		case 'I64':
			return createTensor('int64', shape, new BigInt64Array(bytes.buffer));
		case 'I32':
			return createTensor('int32', shape, new Int32Array(bytes.buffer));
		case 'U8':
			return createTensor('uint8', shape, bytes);
		case 'BOOL':
			return createTensor('bool', shape, bytes);
		default:
			throw new SafetensorsError(
				`${fileName}: tensor ${quote(name)}: ${dtype} cannot be decoded, expected BF16, F16, F32, I64, I32, U8 or BOOL`
			);
	}
}
