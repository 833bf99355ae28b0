/**
 * The transpose of a row-major matrix, `[rows, columns]` → `[columns, rows]`, in tiles of 32 so
 * that both sides stay in the cache.
 */
export function transposeMatrix(data: Float32Array, rows: number, columns: number): Float32Array {
	const result = new Float32Array(data.length);
	const tile = 32;
	for (let top = 0; top < rows; top += tile) {
		const bottom = Math.min(top + tile, rows);
		for (let left = 0; left < columns; left += tile) {
			const right = Math.min(left + tile, columns);
			for (let i = top; i < bottom; i++) {
				for (let j = left; j < right; j++) result[j * rows + i] = data[i * columns + j];
			}
		}
	}
	return result;
}
