import type { TraceImage, TraceToken } from '../trace/trace.js';

const visible: Readonly<Record<string, string>> = { ' ': '␣', '\n': '⏎', '\t': '⇥', '\r': '␍' };

/** Text with its white space and control characters made visible; an empty text is ∅. */
export function toVisibleText(text: string): string {
	if (text === '') return '∅';
	return text.replace(/[\s\p{Cc}\p{Cf}]/gu, (character) => {
		const mark = visible[character];
		return mark ?? `⟨${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}⟩`;
	});
}

/** Cuts the middle out of a text of more than `length` characters. */
export function truncateMiddle(text: string, length: number): string {
	const characters = Array.from(text);
	if (characters.length <= length) return text;
	const head = Math.ceil((length - 1) / 2);
	const tail = length - 1 - head;
	return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - tail).join('')}`;
}

/**
 * What a token is called in a picture: visible spaces for text, the plain name for a control token,
 * and the place in the picture for an image soft token ("soft 9").
 *
 * @param token the token
 * @param softIndex index of a soft token within its image
 * @param length most characters, `…` counted
 */
export function tokenLabel(
	token: Pick<TraceToken, 'text' | 'kind'>,
	{ softIndex, length = 24 }: { softIndex?: number; length?: number } = {}
): string {
	if (token.kind === 'image' && softIndex !== undefined) return `soft ${softIndex}`;
	const text = token.kind === 'text' ? toVisibleText(token.text) : token.text;
	return truncateMiddle(text, length);
}

/** What one square of a picture is called, counted from 1: `image 1`, `image 1, crop 2`. */
export function imageLabel(images: readonly TraceImage[], index: number): string {
	const { picture, crop } = images[index] ?? { picture: index, crop: null };
	return crop === null ? `image ${picture + 1}` : `image ${picture + 1}, crop ${crop + 1}`;
}

/** What a soft token is called: `soft 9 · image 1, crop 2`; null for any other token. */
export function softTokenName(images: readonly TraceImage[], position: number): string | null {
	const index = images.findIndex(({ tokens }) => position >= tokens.start && position < tokens.end);
	if (index < 0) return null;
	return `soft ${position - images[index].tokens.start} · ${imageLabel(images, index)}`;
}

/** A run of tokens that the strip draws as one: a single token, or the soft tokens of one image. */
export interface TokenRun {
	/** Position of the first token. */
	readonly start: number;
	/** One past the last. */
	readonly end: number;
	/** Index of the image for a block of soft tokens, else null. */
	readonly imageIndex: number | null;
}

/** Groups tokens for the strip, in order: consecutive soft tokens of one image become one run. */
export function toTokenRuns(tokens: readonly TraceToken[]): TokenRun[] {
	const runs: { start: number; end: number; imageIndex: number | null }[] = [];
	tokens.forEach((token, position) => {
		const last = runs.at(-1);
		const joins = token.imageIndex !== null && last?.imageIndex === token.imageIndex;
		if (joins) last.end = position + 1;
		else runs.push({ start: position, end: position + 1, imageIndex: token.imageIndex });
	});
	return runs;
}
