import { deflateSync, Inflate } from 'fflate';
import { NotebookError } from './notebookError.js';

/** Bytes of packed data that are unpacked at a time, so that a bomb is noticed early. */
const blockLength = 1024;

/** Text packed with deflate, as tight as it goes. */
export function pack(text: string): Uint8Array<ArrayBuffer> {
	return new Uint8Array(deflateSync(new TextEncoder().encode(text), { level: 9 }));
}

/**
 * The inverse of `pack`, for data from anywhere.
 *
 * @param maxLength bytes of text to accept
 * @throws NotebookError if the data is damaged, is no text, or unpacks to more
 */
export function unpack(bytes: Uint8Array, maxLength: number): string {
	const parts: Uint8Array[] = [];
	let length = 0;
	let isComplete = false;
	const inflate = new Inflate((part, final) => {
		length += part.length;
		isComplete = final;
		if (length > maxLength) {
			throw new NotebookError(`the packed notebook is larger than ${maxLength} bytes`);
		}
		parts.push(part);
	});
	try {
		for (let start = 0; start < bytes.length; start += blockLength) {
			const end = Math.min(start + blockLength, bytes.length);
			inflate.push(bytes.subarray(start, end), end === bytes.length);
		}
		if (!isComplete) throw new NotebookError('the packed notebook ends too early');
		const text = new Uint8Array(length);
		let position = 0;
		for (const part of parts) {
			text.set(part, position);
			position += part.length;
		}
		return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text);
	} catch (error) {
		if (error instanceof NotebookError) throw error;
		throw new NotebookError(`the packed notebook is damaged: ${(error as Error).message}`);
	}
}
