import { bfloat16ToFloat32 } from './bfloat16.js';
import { checkWholeElements, toAligned } from './bytes.js';
import { float16ToFloat32 } from './float16.js';

/** Floating-point encodings of a checkpoint, as safetensors names them. */
export type FloatDtype = 'BF16' | 'F16' | 'F32';

export function isFloatDtype(dtype: string): dtype is FloatDtype {
	return dtype === 'BF16' || dtype === 'F16' || dtype === 'F32';
}

/**
 * Little-endian values of a checkpoint as float32, exactly. Always a new buffer, so that the
 * bytes, often a part of a much larger chunk, can be let go.
 *
 * @throws RangeError if the bytes are no whole number of values
 */
export function toFloat32(bytes: Uint8Array, dtype: FloatDtype): Float32Array {
	if (dtype === 'BF16') return bfloat16ToFloat32(bytes);
	if (dtype === 'F16') return float16ToFloat32(bytes);
	checkWholeElements(bytes, 4);
	const aligned = toAligned(bytes, 4);
	const values = new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
	return aligned === bytes ? values.slice() : values;
}
