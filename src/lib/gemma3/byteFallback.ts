/** Where a token's text lies in the decoded text. */
export interface TokenSpan {
	/** The decoded text up to and including this token's part of it is `text.slice(0, end)`. */
	readonly start: number;
	readonly end: number;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const BYTE_TOKEN = /^<0x([0-9A-Fa-f]{2})>$/;

/** The byte that a token such as `<0x0A>` stands for; null for every other token. */
export function maybeByte(token: string): number | null {
	const match = BYTE_TOKEN.exec(token);
	return match ? parseInt(match[1]!, 16) : null;
}

/**
 * Joins tokens to text: `▁` becomes a space, and a run of byte tokens becomes the characters whose
 * UTF-8 it is. A run that is no valid UTF-8 becomes one U+FFFD a byte.
 * Ports the decoders Replace, ByteFallback and Fuse of `tokenizers`.
 *
 * @returns the text and one span a token, in UTF-16 units; every byte token of a character has the
 * span of the whole character
 */
export function joinTokens(tokens: readonly string[]): { text: string; spans: TokenSpan[] } {
	const pieces: string[] = [];
	const spans: TokenSpan[] = [];
	let offset = 0;
	const push = (piece: string, tokenCount: number) => {
		pieces.push(piece);
		const span = { start: offset, end: offset + piece.length };
		for (let i = 0; i < tokenCount; i++) spans.push(span);
		offset = span.end;
	};

	let run: number[] = [];
	const flush = () => {
		const characters = maybeCharacters(run);
		if (characters) {
			for (const { character, byteLength } of characters) push(character, byteLength);
		} else {
			for (let i = 0; i < run.length; i++) push('\uFFFD', 1);
		}
		run = [];
	};
	for (const token of tokens) {
		const byte = maybeByte(token);
		if (byte !== null) {
			run.push(byte);
			continue;
		}
		flush();
		push(token.replaceAll('▁', ' '), 1);
	}
	flush();
	return { text: pieces.join(''), spans };
}

function maybeCharacters(bytes: number[]): { character: string; byteLength: number }[] | null {
	let text: string;
	try {
		text = utf8.decode(Uint8Array.from(bytes));
	} catch {
		return null;
	}
	return Array.from(text, (character) => ({ character, byteLength: utf8Length(character) }));
}

function utf8Length(character: string): number {
	const code = character.codePointAt(0)!;
	return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}
