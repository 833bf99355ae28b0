/**
 * The largest difference, as a part of max(1, largest expected value).
 *
 * @throws RangeError if the lengths differ
 */
export function largestError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
	if (actual.length !== expected.length) {
		throw new RangeError(`${actual.length} values, expected ${expected.length}`);
	}
	let scale = 1;
	let error = 0;
	for (let i = 0; i < expected.length; i++) {
		scale = Math.max(scale, Math.abs(expected[i]));
		error = Math.max(error, Math.abs(actual[i] - expected[i]));
	}
	return error / scale;
}
