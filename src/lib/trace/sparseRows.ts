/** The largest weights of each row of a matrix, and where they stand. */
export interface SparseRows {
	/** Column of each weight, `[rows, k]`, ascending in a row. */
	readonly columns: Int32Array;
	/** `[rows, k]`; zeros where a row has fewer weights. */
	readonly weights: Float32Array;
	/** Largest weight that was left out. */
	readonly largestDropped: number;
	/** Largest sum of the weights that one row lost. */
	readonly largestDroppedMass: number;
}

/**
 * Keeps the `k` largest weights of each row; of equal ones the earlier.
 *
 * @param weights not negative, `[rows, width]`
 * @throws RangeError if `k` is no whole number of 1 to `width`
 */
export function toSparseRows(weights: Float32Array, width: number, k: number): SparseRows {
	if (!Number.isInteger(k) || k < 1 || k > width) {
		throw new RangeError(`invalid k: ${k}, expected 1 to ${width}`);
	}
	const rows = weights.length / width;
	const kept = { columns: new Int32Array(rows * k), weights: new Float32Array(rows * k) };
	const best = new Int32Array(k);
	let largestDropped = 0;
	let largestDroppedMass = 0;
	for (let row = 0; row < rows; row++) {
		const values = weights.subarray(row * width, (row + 1) * width);
		const count = selectLargest(values, best);
		const columns = best.subarray(0, count).sort();
		let droppedMass = 0;
		for (let column = 0, next = 0; column < width; column++) {
			if (columns[next] === column) {
				kept.columns[row * k + next] = column;
				kept.weights[row * k + next] = values[column];
				next++;
			} else {
				largestDropped = Math.max(largestDropped, values[column]);
				droppedMass += values[column];
			}
		}
		largestDroppedMass = Math.max(largestDroppedMass, droppedMass);
	}
	return { ...kept, largestDropped, largestDroppedMass };
}

/** Puts the columns of the largest positive values into `best`, largest first; returns how many. */
function selectLargest(values: Float32Array, best: Int32Array): number {
	let count = 0;
	for (let column = 0; column < values.length; column++) {
		const value = values[column];
		if (!(value > 0)) continue;
		if (count === best.length && value <= values[best[count - 1]]) continue;
		let place = count < best.length ? count++ : count - 1;
		for (; place > 0 && values[best[place - 1]] < value; place--) best[place] = best[place - 1];
		best[place] = column;
	}
	return count;
}

/**
 * Writes a part of one sparse row into a dense one that holds zeros.
 *
 * @param start first column that `target` stands for
 */
export function expandRow(
	columns: ArrayLike<number>,
	weights: ArrayLike<number>,
	start: number,
	target: Float32Array
): void {
	for (let i = 0; i < weights.length; i++) {
		const place = columns[i] - start;
		if (weights[i] > 0 && place >= 0 && place < target.length) target[place] = weights[i];
	}
}
