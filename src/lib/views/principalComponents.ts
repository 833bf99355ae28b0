import type { Tensor } from '../tensor/tensor.js';

export interface PrincipalComponents {
	/** `[rows, components]`: where each row lies along the components. */
	readonly coordinates: Float64Array;
	readonly components: number;
	/** Share of the variance along each component; 0 where all rows are equal. */
	readonly explained: readonly number[];
}

/**
 * The principal components of the rows of `[rows, width]`, centred. Computed from the rows' inner
 * products, `[rows, rows]`, so it suits few rows of great width: a token's path through the layers.
 * Deterministic: each component points where its largest coordinate is positive, the first such row
 * deciding.
 */
export function principalComponents(states: Tensor, components = 2): PrincipalComponents {
	const [rows] = states.dims;
	const { values, vectors } = eigenSymmetric(centredGram(states), rows);
	const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
	const order = Array.from({ length: rows }, (_, i) => i).sort((a, b) => values[b] - values[a]);
	const coordinates = new Float64Array(rows * components);
	const explained = Array.from({ length: components }, (_, component) => {
		const index = order[component];
		const value = index === undefined ? 0 : Math.max(0, values[index]);
		if (value === 0 || total === 0) return 0;
		const scale = Math.sqrt(value);
		let largest = 0;
		for (let row = 0; row < rows; row++) {
			const entry = vectors[row * rows + index];
			// Rounding must not decide between two equally large entries.
			if (Math.abs(entry) > Math.abs(largest) + 1e-9) largest = entry;
		}
		const sign = largest < 0 ? -1 : 1;
		for (let row = 0; row < rows; row++) {
			coordinates[row * components + component] = sign * scale * vectors[row * rows + index];
		}
		return value / total;
	});
	return { coordinates, components, explained };
}

/** Inner products of the rows less their mean, `[rows, rows]`. */
function centredGram({ dims, data }: Tensor): Float64Array {
	const [rows, width] = dims;
	const centred = Float64Array.from(data);
	for (let column = 0; column < width; column++) {
		let mean = 0;
		for (let row = 0; row < rows; row++) mean += data[row * width + column] / rows;
		for (let row = 0; row < rows; row++) centred[row * width + column] -= mean;
	}
	const gram = new Float64Array(rows * rows);
	for (let a = 0; a < rows; a++) {
		for (let b = 0; b <= a; b++) {
			let dot = 0;
			for (let i = 0; i < width; i++) dot += centred[a * width + i] * centred[b * width + i];
			gram[a * rows + b] = dot;
			gram[b * rows + a] = dot;
		}
	}
	return gram;
}

const maxSweeps = 60;

/**
 * Eigenvalues and orthonormal eigenvectors (columns) of a symmetric matrix, by cyclic Jacobi rotations.
 *
 * @param matrix `[size, size]`; not changed
 */
export function eigenSymmetric(
	matrix: Float64Array,
	size: number
): { values: Float64Array; vectors: Float64Array } {
	const a = matrix.slice();
	const vectors = new Float64Array(size * size);
	for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
	const scale = a.reduce((sum, value) => sum + value * value, 0);
	for (let sweep = 0; sweep < maxSweeps; sweep++) {
		let rest = 0;
		for (let p = 0; p < size; p++) {
			for (let q = p + 1; q < size; q++) rest += a[p * size + q] ** 2;
		}
		if (rest <= scale * 1e-30) break;
		for (let p = 0; p < size; p++) {
			for (let q = p + 1; q < size; q++) rotate(a, vectors, size, p, q);
		}
	}
	const values = Float64Array.from({ length: size }, (_, i) => a[i * size + i]);
	return { values, vectors };
}

/** Turns the plane of p and q so that their entry becomes 0. */
function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
	const off = a[p * size + q];
	if (off === 0) return;
	const theta = (a[q * size + q] - a[p * size + p]) / (2 * off);
	const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
	const c = 1 / Math.sqrt(t * t + 1);
	const s = t * c;
	for (let i = 0; i < size; i++) {
		const [x, y] = [a[i * size + p], a[i * size + q]];
		a[i * size + p] = c * x - s * y;
		a[i * size + q] = s * x + c * y;
	}
	for (let i = 0; i < size; i++) {
		const [x, y] = [a[p * size + i], a[q * size + i]];
		a[p * size + i] = c * x - s * y;
		a[q * size + i] = s * x + c * y;
		const [u, v] = [vectors[i * size + p], vectors[i * size + q]];
		vectors[i * size + p] = c * u - s * v;
		vectors[i * size + q] = s * u + c * v;
	}
}
