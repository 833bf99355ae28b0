import { SourceError } from './source.js';

/**
 * The segments of a file's path within a source.
 *
 * @throws SourceError if the path is absolute or leaves the folder
 */
export function toSegments(path: string): string[] {
	const segments = path.split('/');
	const isSafe = segments.every(
		(segment) => segment !== '' && segment !== '.' && segment !== '..' && !/[\\:\0]/.test(segment)
	);
	if (!isSafe) throw new SourceError(`invalid file name: ${JSON.stringify(path)}`);
	return segments;
}

/** @throws RangeError if `[start, end)` is no range of bytes */
export function checkRange(start: number, end: number): void {
	if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start) {
		throw new RangeError(`invalid range of bytes: ${start} to ${end}`);
	}
}

/** For a file that ends too early. */
export function shortFile(where: string, end: number, size: number): SourceError {
	return new SourceError(
		`${where} has ${size} bytes, but ${end} are needed; it is damaged or was not copied whole`
	);
}
