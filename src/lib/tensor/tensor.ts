/** The element types that cross our interfaces, with the array that holds them. */
export interface TensorDataMap {
	float32: Float32Array;
	int64: BigInt64Array;
	int32: Int32Array;
	uint8: Uint8Array;
	bool: Uint8Array;
}

export type TensorType = keyof TensorDataMap;

/** A dense row-major array. `data.length` is the product of `dims`; a scalar has `dims: []`. */
export interface Tensor<T extends TensorType = 'float32'> {
	readonly dtype: T;
	readonly dims: readonly number[];
	readonly data: TensorDataMap[T];
}

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(dims: readonly number[]): number {
	return dims.reduce((product, size) => product * size, 1);
}

/**
 * A tensor over existing data (not copied).
 *
 * @throws RangeError if a size is no non-negative integer, or the data has another length
 */
export function createTensor<T extends TensorType>(
	dtype: T,
	dims: readonly number[],
	data: TensorDataMap[T]
): Tensor<T> {
	if (!dims.every((size) => Number.isSafeInteger(size) && size >= 0)) {
		throw new RangeError(`invalid dims: [${dims.join(', ')}]`);
	}
	const count = elementCount(dims);
	if (data.length !== count) {
		throw new RangeError(`[${dims.join(', ')}] needs ${count} values, got ${data.length}`);
	}
	return { dtype, dims, data };
}
