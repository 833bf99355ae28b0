import type { Tensor } from '../../src/lib/tensor/tensor.js';

/** What one case, or one part of it, came to. */
export interface Comparison {
	readonly name: string;
	/** Largest absolute difference; 0 or 1 where the values are exact or not. */
	readonly maxError: number;
	/** 0 for what must be exact. */
	readonly tolerance: number;
	/** What went wrong, where there is more to say than a number. */
	readonly note?: string;
}

export function isOk({ maxError, tolerance }: Comparison): boolean {
	return maxError <= tolerance;
}

/** @param tolerance relative to max(1, largest reference value) */
export function compareRelative(
	name: string,
	actual: Tensor,
	expected: Tensor,
	tolerance: number
): Comparison {
	const largest = expected.data.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
	return compareAbsolute(name, actual, expected, tolerance * largest);
}

export function compareAbsolute(
	name: string,
	actual: Tensor,
	expected: Tensor,
	tolerance: number
): Comparison {
	if (actual.dims.join() !== expected.dims.join()) {
		const note = `shape [${actual.dims.join(', ')}], expected [${expected.dims.join(', ')}]`;
		return { name, maxError: Infinity, tolerance, note };
	}
	let maxError = 0;
	for (let i = 0; i < expected.data.length; i++) {
		const error = Math.abs(actual.data[i] - expected.data[i]);
		// A NaN on either side is an error that no comparison would see.
		if (!(error <= maxError)) maxError = Number.isNaN(error) ? Infinity : error;
	}
	return { name, maxError, tolerance };
}

export function compareExact(name: string, actual: unknown, expected: unknown): Comparison {
	const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
	if (got === wanted) return { name, maxError: 0, tolerance: 0 };
	const note = `got ${shorten(got)}, expected ${shorten(wanted)}`;
	return { name, maxError: 1, tolerance: 0, note };
}

function shorten(text: string | undefined): string {
	return text === undefined || text.length <= 120 ? String(text) : `${text.slice(0, 117)}...`;
}

/** Several parts as one line: the part that came nearest to its tolerance, or passed it furthest. */
export function worst(name: string, parts: readonly Comparison[]): Comparison {
	const excess = ({ maxError, tolerance }: Comparison) =>
		maxError === 0 ? 0 : maxError / Math.max(tolerance, Number.MIN_VALUE);
	const [first] = [...parts].sort((a, b) => excess(b) - excess(a));
	if (first === undefined)
		return { name, maxError: Infinity, tolerance: 0, note: 'nothing compared' };
	return { ...first, name: `${name} (${first.name})` };
}
