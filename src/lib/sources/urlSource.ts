import { checkRange, shortFile, toSegments } from './path.js';
import {
	failedStatus,
	parseContentRange,
	readBlob,
	readExactly,
	unreachable,
	type Filling
} from './response.js';
import { withRetries, type RetryPolicy } from './retry.js';
import { SourceError, type Source } from './source.js';

/**
 * First bytes that the question for a file's size brings along. The header of a small checkpoint
 * fits in, which saves two requests.
 */
export const headByteLength = 64 * 1024;

/** What is known of a file: its size, and its first bytes or, from a server without ranges, all. */
interface Known {
	readonly size: number;
	readonly head: Uint8Array | Blob;
}

export interface UrlSourceOptions extends Partial<RetryPolicy> {
	readonly fetch?: typeof globalThis.fetch;
	/** For messages; the address when absent. */
	readonly name?: string;
	/** What to do about a status, where the usual sentence would not help. */
	readonly maybeRemedy?: (status: number) => string | null;
}

/**
 * A folder on a web server. Asks by GET with `Range`, never by HEAD, which content delivery
 * networks answer badly across origins. A server that ignores ranges sends a file whole; it is
 * then kept, so that it is sent once. A lost connection goes on where it broke off, `retries` times.
 *
 * @param url the folder, absolute
 * @throws SourceError if `url` is no absolute http or https address
 */
export function urlSource(
	url: string,
	{ fetch = globalThis.fetch, name = url, maybeRemedy, ...policy }: UrlSourceOptions = {}
): Source {
	const base = parseBase(url);
	const retry: RetryPolicy = { retries: 0, ...policy };
	const known = new Map<string, Known>();
	const locate = (path: string) =>
		new URL(toSegments(path).map(encodeURIComponent).join('/'), base);

	async function request(target: URL, range: string | null, signal?: AbortSignal) {
		signal?.throwIfAborted();
		const headers: Record<string, string> = range === null ? {} : { Range: `bytes=${range}` };
		try {
			return await fetch(target, { headers, signal: signal ?? null });
		} catch (cause) {
			signal?.throwIfAborted();
			throw unreachable(target, cause);
		}
	}

	async function failed(target: URL, response: Response): Promise<SourceError> {
		discard(response);
		return failedStatus(target, response, maybeRemedy?.(response.status));
	}

	/** Size and head of a file; null if there is none. */
	async function maybeKnown(path: string, signal?: AbortSignal): Promise<Known | null> {
		const cached = known.get(path);
		if (cached) return cached;
		const target = locate(path);
		return withRetries(
			retry,
			async () => {
				const response = await request(target, `0-${headByteLength - 1}`, signal);
				const result = await maybeFirstRead(target, response, failed, signal);
				if (result) known.set(path, result);
				return result;
			},
			signal
		);
	}

	return {
		name,
		async maybeText(path, signal) {
			const target = locate(path);
			return withRetries(
				retry,
				async () => {
					const response = await request(target, null, signal);
					if (response.status === 404) return discard(response);
					if (response.status !== 200) throw await failed(target, response);
					const blob = await readBlob(target, response, signal);
					return new TextDecoder().decode(await blob.arrayBuffer());
				},
				signal
			);
		},
		async maybeSize(path, signal) {
			return (await maybeKnown(path, signal))?.size ?? null;
		},
		async bytes(path, start, end, signal, onReceived) {
			checkRange(start, end);
			const target = locate(path);
			if (start === end) return new Uint8Array(0);
			const cached = known.get(path);
			if (cached) {
				if (end > cached.size) throw shortFile(target.href, end, cached.size);
				const maybeBytes = await maybeSlice(cached.head, start, end);
				signal?.throwIfAborted();
				if (maybeBytes) {
					onReceived?.(maybeBytes.byteLength);
					return maybeBytes;
				}
			}
			const filling: Filling = { bytes: new Uint8Array(end - start), filled: 0 };
			const read = () => readRange(path, filling, start, signal, onReceived);
			return withRetries(retry, read, signal, () => filling.filled);
		}
	};

	/** The rest of a range. */
	async function readRange(
		path: string,
		filling: Filling,
		start: number,
		signal?: AbortSignal,
		onReceived?: (byteLength: number) => void
	): Promise<Uint8Array> {
		const target = locate(path);
		const from = start + filling.filled;
		const end = start + filling.bytes.byteLength;
		const response = await request(target, `${from}-${end - 1}`, signal);
		if (response.status === 206) {
			checkContentRange(target, response, from, end, known.get(path)?.size);
			await readExactly(target, response, filling, signal, onReceived);
			return filling.bytes;
		}
		if (response.status === 404) {
			discard(response);
			throw new SourceError(`${target.href} does not exist; check the address of the checkpoint`);
		}
		if (response.status !== 200) throw await failed(target, response);
		const body = await readBlob(target, response, signal, (received) =>
			onReceived?.(Math.min(Math.max(received - start, 0), end - start))
		);
		known.set(path, { size: body.size, head: body });
		if (end > body.size) throw shortFile(target.href, end, body.size);
		return new Uint8Array(await body.slice(start, end).arrayBuffer());
	}
}

/** What the answer to the first question for a file tells; null if there is no such file. */
async function maybeFirstRead(
	target: URL,
	response: Response,
	failed: (target: URL, response: Response) => Promise<SourceError>,
	signal?: AbortSignal
): Promise<Known | null> {
	if (response.status === 404) return discard(response);
	if (response.status === 200) {
		const body = await readBlob(target, response, signal);
		return { size: body.size, head: body };
	}
	const range = parseContentRange(response.headers.get('Content-Range'));
	// An empty file has no first byte to send.
	if (response.status === 416 && range?.size === 0) {
		discard(response);
		return { size: 0, head: new Uint8Array(0) };
	}
	if (response.status !== 206) throw await failed(target, response);
	if (range?.size == null) {
		discard(response);
		throw new SourceError(
			`the server of ${target.href} does not tell its size; it must send Content-Range, and name it in Access-Control-Expose-Headers for other sites`
		);
	}
	const length = Math.min(headByteLength, range.size);
	checkContentRange(target, response, 0, length, range.size);
	const filling: Filling = { bytes: new Uint8Array(length), filled: 0 };
	await readExactly(target, response, filling, signal);
	return { size: range.size, head: filling.bytes };
}

/** The range that came must be the one that was asked for, of the file that was there before. */
function checkContentRange(
	target: URL,
	response: Response,
	start: number,
	end: number,
	size: number | undefined
): void {
	// Across origins the header may be hidden; the length of the body is checked in any case.
	const range = parseContentRange(response.headers.get('Content-Range'));
	if (!range) return;
	if (range.start !== start || range.end !== end) {
		discard(response);
		throw new SourceError(
			`the server of ${target.href} sent bytes ${range.start} to ${range.end}, asked for ${start} to ${end}; try again`
		);
	}
	if (size !== undefined && range.size !== null && range.size !== size) {
		discard(response);
		throw new SourceError(
			`${target.href} changed from ${size} to ${range.size} bytes while it was read; load it again`
		);
	}
}

async function maybeSlice(
	head: Uint8Array | Blob,
	start: number,
	end: number
): Promise<Uint8Array | null> {
	if (!(head instanceof Blob)) return end <= head.byteLength ? head.slice(start, end) : null;
	return new Uint8Array(await head.slice(start, end).arrayBuffer());
}

/** Lets go of a body that nobody wants. */
function discard(response: Response): null {
	response.body?.cancel().catch(() => {});
	return null;
}

function parseBase(url: string): URL {
	let base: URL;
	try {
		base = new URL(url);
	} catch (cause) {
		throw new SourceError(`${JSON.stringify(url)} is no absolute address of a folder`, { cause });
	}
	if (base.protocol !== 'http:' && base.protocol !== 'https:') {
		throw new SourceError(
			`${JSON.stringify(url)} begins with ${base.protocol}, expected http: or https:`
		);
	}
	if (!base.pathname.endsWith('/')) base.pathname += '/';
	return base;
}
