import type { Tensor } from '../tensor/tensor.js';

/** Euclidean length of each row of `[rows, width]`. */
export function rowNorms(states: Tensor): Float64Array {
	const [rows, width] = states.dims;
	return Float64Array.from({ length: rows }, (_, row) => {
		let sum = 0;
		for (let i = row * width; i < (row + 1) * width; i++) sum += states.data[i] ** 2;
		return Math.sqrt(sum);
	});
}

/**
 * Cosine between every two rows of `[rows, width]`: `[rows, rows]`, -1 to 1, the diagonal exactly 1.
 * A row of zeros has cosine 0 with all others.
 */
export function cosineSimilarity(states: Tensor): Float32Array {
	const [rows, width] = states.dims;
	const norms = rowNorms(states);
	const cosines = new Float32Array(rows * rows);
	for (let a = 0; a < rows; a++) {
		cosines[a * rows + a] = 1;
		for (let b = 0; b < a; b++) {
			let dot = 0;
			for (let i = 0; i < width; i++)
				dot += states.data[a * width + i] * states.data[b * width + i];
			const scale = norms[a] * norms[b];
			const cosine = scale === 0 ? 0 : Math.max(-1, Math.min(1, dot / scale));
			cosines[a * rows + b] = cosine;
			cosines[b * rows + a] = cosine;
		}
	}
	return cosines;
}

/**
 * Rows of several states, stacked: one position's way through the layers, `[layers, width]`.
 *
 * @param states one a layer, `[positions, width]`
 */
export function stackPosition(states: readonly Tensor[], position: number): Tensor {
	const width = states[0].dims[1];
	const data = new Float32Array(states.length * width);
	states.forEach((state, i) =>
		data.set(state.data.subarray(position * width, (position + 1) * width), i * width)
	);
	return { dtype: 'float32', dims: [states.length, width], data };
}
