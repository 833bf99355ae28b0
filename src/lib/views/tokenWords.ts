import type { TraceToken } from '../trace/trace.js';
import { toTokenRuns, type TokenRun } from './tokenLabel.js';

/** Letters, marks, digits and apostrophes at a text's end, or at its beginning. */
const ends = /[\p{L}\p{M}\p{N}'’_]$/u;
const begins = /^[\p{L}\p{M}\p{N}'’_]/u;
/** Scripts that set no space between words: every token stands for itself. */
const unspaced =
	/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/**
 * Groups tokens into words: a token goes on with the word before it if no space, newline or
 * punctuation lies between them. Control tokens stand alone, the soft tokens of an image are one run.
 */
export function toWordRuns(tokens: readonly TraceToken[]): TokenRun[] {
	const words: { start: number; end: number; imageIndex: number | null }[] = [];
	for (const run of toTokenRuns(tokens)) {
		const last = words.at(-1);
		if (last && run.imageIndex === null && last.imageIndex === null) {
			if (continues(tokens[last.end - 1], tokens[run.start])) {
				last.end = run.end;
				continue;
			}
		}
		words.push({ ...run });
	}
	return words;
}

function continues(before: TraceToken, after: TraceToken): boolean {
	if (before.kind !== 'text' || after.kind !== 'text') return false;
	// What the model wrote is kept apart from the prompt.
	if ((before.step === null) !== (after.step === null)) return false;
	if (!ends.test(before.text) || !begins.test(after.text)) return false;
	return !unspaced.test(before.text.slice(-2)) && !unspaced.test(after.text.slice(0, 2));
}
