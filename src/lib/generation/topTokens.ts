/**
 * Indices of the `k` largest values, largest first; of equal values the lower index first. One pass
 * with a small sorted list: k is far below the number of values.
 *
 * @throws RangeError if `k` is no positive integer
 */
export function topIndices(values: ArrayLike<number>, k: number): number[] {
	if (!Number.isInteger(k) || k < 1) throw new RangeError(`invalid k: ${k}`);
	const best: number[] = [];
	for (let i = 0; i < values.length; i++) {
		if (best.length === k && !(values[i] > values[best[k - 1]])) continue;
		let at = best.length;
		while (at > 0 && values[i] > values[best[at - 1]]) at--;
		best.splice(at, 0, i);
		if (best.length > k) best.pop();
	}
	return best;
}
