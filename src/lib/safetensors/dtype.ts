/** Bytes a value, for every dtype that we read. */
const bytesPerValue = {
	BOOL: 1,
	U8: 1,
	I8: 1,
	U16: 2,
	I16: 2,
	F16: 2,
	BF16: 2,
	U32: 4,
	I32: 4,
	F32: 4,
	U64: 8,
	I64: 8,
	F64: 8
} as const;

/** Element types as safetensors names them. */
export type SafetensorsDtype = keyof typeof bytesPerValue;

export const safetensorsDtypes = Object.keys(bytesPerValue) as readonly SafetensorsDtype[];

export function isSafetensorsDtype(value: unknown): value is SafetensorsDtype {
	return typeof value === 'string' && Object.hasOwn(bytesPerValue, value);
}

export function byteSize(dtype: SafetensorsDtype): number {
	return bytesPerValue[dtype];
}
