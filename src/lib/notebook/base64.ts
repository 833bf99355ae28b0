import { NotebookError } from './notebookError.js';

/** Bytes turned into text at a time; `String.fromCharCode` takes so many arguments safely. */
const blockLength = 0x8000;

export function toBase64(bytes: Uint8Array): string {
	let binary = '';
	for (let start = 0; start < bytes.length; start += blockLength) {
		binary += String.fromCharCode(...bytes.subarray(start, start + blockLength));
	}
	return btoa(binary);
}

/**
 * Decodes base64; white space in it is skipped.
 *
 * @throws NotebookError if the text is no base64
 */
export function fromBase64(text: string, where: string): Uint8Array<ArrayBuffer> {
	let binary: string;
	try {
		binary = atob(text);
	} catch {
		throw new NotebookError(`${where} is not base64`);
	}
	return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** Base64 without the characters that an address would have to escape. */
export function toBase64Url(bytes: Uint8Array): string {
	return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** @throws NotebookError if the text is no base64url */
export function fromBase64Url(text: string, where: string): Uint8Array<ArrayBuffer> {
	return fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'), where);
}
