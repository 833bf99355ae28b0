/**
 * Where a checkpoint comes from: a folder of named files, read by byte range.
 * Every method throws `SourceError` with a sentence for the reader, or `AbortError`.
 */
export interface Source {
	/** For messages and the model bar: a URL, a folder's name, a repository id. */
	readonly name: string;
	/** Whole file as text; null if there is no such file. */
	maybeText(path: string, signal?: AbortSignal): Promise<string | null>;
	/** Size of a file in bytes; null if there is no such file. */
	maybeSize(path: string, signal?: AbortSignal): Promise<number | null>;
	/**
	 * Bytes `[start, end)` of a file; exactly that many, or it throws.
	 *
	 * @param onReceived told, as they arrive, how many of them there are; a source may skip it
	 */
	bytes(
		path: string,
		start: number,
		end: number,
		signal?: AbortSignal,
		onReceived?: (byteLength: number) => void
	): Promise<Uint8Array>;
}

/** A file is missing, unreachable or shorter than promised; the message says which and what to do. */
export class SourceError extends Error {
	override name = 'SourceError';
	/** Whether the same request may well succeed a little later. */
	readonly isPassing: boolean;
	/** Milliseconds after which the server wants to be asked again. */
	readonly retryAfter?: number;

	constructor(
		message: string,
		options: ErrorOptions & { readonly isPassing?: boolean; readonly retryAfter?: number } = {}
	) {
		super(message, options);
		this.isPassing = options.isPassing ?? false;
		this.retryAfter = options.retryAfter;
	}
}
