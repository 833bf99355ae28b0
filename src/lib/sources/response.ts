import { SourceError } from './source.js';

/** `start` and `end` (not included) are null when the range could not be served, `size` when unknown. */
export interface ContentRange {
	readonly start: number | null;
	readonly end: number | null;
	readonly size: number | null;
}

/** Parses `bytes 0-99/1234`, also with an asterisk for the range or the size; else null. */
export function parseContentRange(header: string | null): ContentRange | null {
	const match = header?.match(/^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/);
	if (!match) return null;
	const [, first, last, size] = match;
	return {
		start: first === undefined ? null : Number(first),
		end: last === undefined ? null : Number(last) + 1,
		size: size === '*' ? null : Number(size)
	};
}

/**
 * A body of `length` bytes, into one buffer.
 *
 * @throws SourceError if the connection breaks, or more or fewer bytes come
 */
export async function readExactly(
	target: URL,
	response: Response,
	length: number,
	signal?: AbortSignal,
	onReceived?: (byteLength: number) => void
): Promise<Uint8Array> {
	const bytes = new Uint8Array(length);
	let filled = 0;
	const reader = response.body?.getReader();
	try {
		for (;;) {
			const result = await reader?.read();
			if (!result || result.done) break;
			if (filled + result.value.byteLength > length) {
				filled += result.value.byteLength;
				break;
			}
			bytes.set(result.value, filled);
			filled += result.value.byteLength;
			onReceived?.(filled);
		}
	} catch (cause) {
		signal?.throwIfAborted();
		throw broken(target, cause);
	} finally {
		reader?.cancel().catch(() => {});
	}
	signal?.throwIfAborted();
	if (filled === length) return bytes;
	throw new SourceError(
		`${target.href}: ${filled < length ? `only ${filled}` : `more than ${length}`} bytes came where ${length} were asked for; try again`
	);
}

/**
 * A whole body, as a blob that the browser may keep on disk.
 *
 * @throws SourceError if the connection breaks
 */
export async function readBlob(
	target: URL,
	response: Response,
	signal?: AbortSignal,
	onReceived?: (byteLength: number) => void
): Promise<Blob> {
	let received = 0;
	const counter = new TransformStream<Uint8Array, Uint8Array>({
		transform(chunk, controller) {
			received += chunk.byteLength;
			onReceived?.(received);
			controller.enqueue(chunk);
		}
	});
	try {
		return await new Response(response.body?.pipeThrough(counter)).blob();
	} catch (cause) {
		signal?.throwIfAborted();
		throw broken(target, cause);
	}
}

/** In words, what a status that is no answer means and what to do. */
export function failedStatus(target: URL, status: number): SourceError {
	const remedy =
		status === 401 || status === 403
			? 'access is refused: accept the licence or sign in there, or use a copy that is free to read'
			: status === 429
				? 'too many requests: wait a minute and try again'
				: status >= 500
					? 'the server failed: try again later'
					: 'check the address of the checkpoint';
	return new SourceError(`${target.href} answered with status ${status}; ${remedy}`);
}

export function unreachable(target: URL, cause: unknown): SourceError {
	return new SourceError(
		`${target.href} cannot be reached; check the connection and the address, and that the server lets this page read it (CORS)`,
		{ cause }
	);
}

function broken(target: URL, cause: unknown): SourceError {
	return new SourceError(`the connection broke while ${target.href} was read; try again`, {
		cause
	});
}
