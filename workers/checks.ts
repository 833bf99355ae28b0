import type { Range } from '../src/lib/trace/trace.js';

/** @throws RangeError naming the index */
export function checkIndex(name: string, index: number, count: number): void {
	if (Number.isInteger(index) && index >= 0 && index < count) return;
	throw new RangeError(`invalid ${name}: ${index} of ${count}`);
}

/**
 * The range, or all of `length`.
 *
 * @throws RangeError naming the range
 */
export function checkRange(name: string, range: Range | undefined, length: number): Range {
	const { start, end } = range ?? { start: 0, end: length };
	const isWhole = Number.isInteger(start) && Number.isInteger(end);
	if (isWhole && 0 <= start && start <= end && end <= length) return { start, end };
	throw new RangeError(`invalid ${name}: ${start} to ${end} of ${length}`);
}
