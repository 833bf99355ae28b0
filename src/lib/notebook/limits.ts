import { NotebookError } from './notebookError.js';

/** What a document may hold. A document from elsewhere is checked against them before it is read. */
export const limits = {
	/** Characters of a whole document as text, attachments included. */
	textLength: 256 * 2 ** 20,
	cells: 1000,
	/** Characters of one text: prose, a message, a caption. */
	cellText: 100_000,
	messages: 256,
	picturesOfPrompt: 64,
	edits: 10_000,
	attachments: 1000,
	attachmentBytes: 128 * 2 ** 20,
	/** Brackets within brackets in the JSON of one setting. */
	depth: 16
} as const;

/**
 * Refuses JSON text with brackets nested too deeply, before anything recurses into it.
 *
 * @throws NotebookError
 */
export function checkDepth(json: string, where: string, limit: number = limits.depth): void {
	let depth = 0;
	let inText = false;
	for (let i = 0; i < json.length; i++) {
		const character = json[i];
		if (inText) {
			if (character === '\\') i++;
			else if (character === '"') inText = false;
		} else if (character === '"') inText = true;
		else if (character === '[' || character === '{') {
			if (++depth > limit) {
				throw new NotebookError(`${where} nests brackets more than ${limit} deep`);
			}
		} else if (character === ']' || character === '}') depth--;
	}
}
