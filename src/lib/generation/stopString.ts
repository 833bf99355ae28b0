/** A stop string that the newest token completed. */
export interface StopStringMatch {
	readonly stopString: string;
	/** Length of the generated text, `decode` of the generated ids, before the stop string. */
	readonly textLength: number;
}

/** Tokens a character can take: one for each UTF-8 byte. */
const maxTokensPerCharacter = 4;

/**
 * Finds a stop string whose end lies in the newest token's text, wherever its start lies: across
 * token borders, in the prompt too, as the reference does. Stop strings that were there before are
 * not found again, so a run can be continued past one. The earliest start wins, then the longest.
 *
 * @param promptLength leading ids that are the prompt; at least one id follows
 * @param decode text of some ids
 */
export function findStopString(
	stopStrings: readonly string[],
	inputIds: readonly number[],
	promptLength: number,
	decode: (ids: readonly number[]) => string
): StopStringMatch | null {
	if (stopStrings.length === 0) return null;
	// A tail that holds the longest stop string keeps the cost of a step from growing with the run.
	const longest = Math.max(...stopStrings.map((text) => text.length));
	const tail = inputIds.slice(-maxTokensPerCharacter * (longest + 1));
	const text = decode(tail);
	const known = commonPrefixLength(decode(tail.slice(0, -1)), text);
	let best: { stopString: string; start: number } | null = null;
	for (const stopString of stopStrings) {
		const start = text.indexOf(stopString, Math.max(0, known - stopString.length + 1));
		if (start < 0) continue;
		const isBetter =
			best === null ||
			start < best.start ||
			(start === best.start && stopString.length > best.stopString.length);
		if (isBetter) best = { stopString, start };
	}
	if (best === null) return null;
	// Counted from the end, where the tail's text and the generated text agree.
	const generated = decode(inputIds.slice(promptLength));
	const textLength = Math.max(0, generated.length - (text.length - best.start));
	return { stopString: best.stopString, textLength };
}

/** The last token may complete a character that was a replacement character before it. */
function commonPrefixLength(a: string, b: string): number {
	let length = 0;
	while (length < a.length && length < b.length && a[length] === b[length]) length++;
	return length;
}
