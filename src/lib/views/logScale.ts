/** Where a length lies between the smallest and the largest, even in the logarithm, 0 to 1. */
export function createLogScale(values: Iterable<number>): (value: number) => number {
	let largest = 0;
	let smallest = Infinity;
	for (const value of values) {
		largest = Math.max(largest, value);
		smallest = Math.min(smallest, value);
	}
	// Four powers of ten are as much as a ramp can tell apart.
	const span = Math.log(largest / Math.max(smallest, largest * 1e-4));
	return (value) => {
		if (!(value > 0) || !(span > 0)) return 0;
		return Math.min(1, Math.max(0, 1 + Math.log(value / largest) / span));
	};
}
