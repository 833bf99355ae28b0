/** Stripped by Python's `str.strip`, kept by JavaScript's `trim`. */
const STRIPPED_BY_PYTHON_ONLY = ['\x1c', '\x1d', '\x1e', '\x1f', '\x85'];
/** Stripped by JavaScript's `trim`, kept by Python's `str.strip`. */
const STRIPPED_BY_JAVASCRIPT_ONLY = ['\uFEFF'];

/** White space to both; a text seldom has any of it. */
const SPACES = Array.from({ length: 11 }, (_, i) => String.fromCharCode(0x2000 + i));
/** White space to neither: noncharacters, which no text has. */
const NONCHARACTERS = Array.from({ length: 32 }, (_, i) => String.fromCharCode(0xfdd0 + i));

export interface ProtectedWhitespace {
	readonly protect: (text: string) => string;
	readonly restore: (text: string) => string;
}

/**
 * Makes a JavaScript Jinja's `trim` strip what Python's does: the few characters that the two
 * languages disagree on are exchanged for stand-ins that do not occur in the text, and put back
 * afterwards. A character for which no stand-in is free stays as it is.
 */
export function protectWhitespace(allText: string): ProtectedWhitespace {
	const exchange = new Map<string, string>();
	const assign = (characters: string[], standIns: string[]) => {
		const free = standIns.filter((standIn) => !allText.includes(standIn));
		for (const character of characters) {
			const standIn = allText.includes(character) ? free.shift() : undefined;
			if (standIn !== undefined) exchange.set(character, standIn);
		}
	};
	assign(STRIPPED_BY_PYTHON_ONLY, SPACES);
	assign(STRIPPED_BY_JAVASCRIPT_ONLY, NONCHARACTERS);
	const back = new Map([...exchange].map(([character, standIn]) => [standIn, character]));
	return {
		protect: (text) => replaceAll(text, exchange),
		restore: (text) => replaceAll(text, back)
	};
}

function replaceAll(text: string, exchange: ReadonlyMap<string, string>): string {
	let result = text;
	for (const [from, to] of exchange) result = result.replaceAll(from, () => to);
	return result;
}
