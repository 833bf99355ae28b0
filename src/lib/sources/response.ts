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

/** Bytes that are being received. */
export interface Filling {
	readonly bytes: Uint8Array;
	/** How many are there. */
	filled: number;
}

/**
 * Reads a body into what is left of a buffer. When it throws, what has come stays there.
 *
 * @throws SourceError if the connection breaks, or more or fewer bytes come
 */
export async function readExactly(
	target: URL,
	response: Response,
	filling: Filling,
	signal?: AbortSignal,
	onReceived?: (byteLength: number) => void
): Promise<void> {
	const { bytes } = filling;
	const reader = response.body?.getReader();
	let excess = 0;
	try {
		for (;;) {
			const result = await reader?.read();
			if (!result || result.done) break;
			excess = filling.filled + result.value.byteLength - bytes.byteLength;
			if (excess > 0) break;
			bytes.set(result.value, filling.filled);
			filling.filled += result.value.byteLength;
			onReceived?.(filling.filled);
		}
	} catch (cause) {
		signal?.throwIfAborted();
		throw broken(target, cause);
	} finally {
		reader?.cancel().catch(() => {});
	}
	signal?.throwIfAborted();
	if (excess <= 0 && filling.filled === bytes.byteLength) return;
	const came = excess > 0 ? `more than ${bytes.byteLength}` : `only ${filling.filled}`;
	throw new SourceError(
		`${target.href}: ${came} bytes came where ${bytes.byteLength} were asked for; try again`,
		{ isPassing: true }
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

/**
 * In words, what a status that is no answer means and what to do.
 *
 * @param maybeRemedy what a certain server's status means, where more is known of it
 */
export function failedStatus(
	target: URL,
	{ status, headers }: Response,
	maybeRemedy: string | null = null
): SourceError {
	const remedy =
		maybeRemedy ??
		(status === 401 || status === 403
			? 'access is refused: accept the licence or sign in there, or use a copy that is free to read'
			: status === 429
				? 'too many requests: wait a minute and try again'
				: status >= 500
					? 'the server failed: try again later'
					: 'check the address of the checkpoint');
	const seconds = Number(headers.get('Retry-After') ?? NaN);
	return new SourceError(`${target.href} answered with status ${status}; ${remedy}`, {
		isPassing: status === 429 || status >= 500,
		retryAfter: Number.isNaN(seconds) ? undefined : seconds * 1000
	});
}

export function unreachable(target: URL, cause: unknown): SourceError {
	return new SourceError(
		`${target.href} cannot be reached; check the connection and the address, and that the server lets this page read it (CORS)`,
		{ cause, isPassing: true }
	);
}

function broken(target: URL, cause: unknown): SourceError {
	return new SourceError(`the connection broke while ${target.href} was read; try again`, {
		cause,
		isPassing: true
	});
}
