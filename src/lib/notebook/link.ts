import { fromBase64Url, toBase64Url } from './base64.js';
import type { Notebook } from './notebook.js';
import { NotebookError } from './notebookError.js';
import { pack, unpack } from './pack.js';
import { parseText } from './parseText.js';
import { serializeText } from './serializeText.js';

/** Before the packed document in a link's fragment; the number tells how it is packed. */
const prefix = 'notebook=1.';

/** Characters that every browser, and most of what carries links, takes. */
export const maxFragmentLength = 16_000;

/** Bytes of text that a link may unpack to. */
const maxTextLength = 4 * 2 ** 20;

/**
 * A whole document as the fragment of a link, without `#`. A fragment is never sent to a server.
 *
 * @throws NotebookError if it is longer than `maxFragmentLength`; share a file then
 */
export function toFragment(notebook: Notebook): string {
	const fragment = prefix + toBase64Url(pack(serializeText(notebook)));
	if (fragment.length <= maxFragmentLength) return fragment;
	throw new NotebookError(
		`the notebook makes a link of ${fragment.length} characters, the limit is ${maxFragmentLength}: share it as a file, or take out pictures and recordings`
	);
}

/** Whether a fragment, with or without `#`, holds a document. */
export function isNotebookFragment(fragment: string): boolean {
	return /^#?notebook=/.test(fragment);
}

/**
 * The document in the fragment of a link, with or without `#`.
 *
 * @throws NotebookError saying what is wrong with it
 */
export async function parseFragment(fragment: string): Promise<Notebook> {
	const text = fragment.replace(/^#/, '');
	if (!text.startsWith(prefix)) {
		throw new NotebookError('the link holds no notebook that this program can read');
	}
	const bytes = fromBase64Url(text.slice(prefix.length), 'the notebook in the link');
	return parseText(unpack(bytes, maxTextLength));
}
