import { parseText } from '../../notebook/parseText.js';
import type { Notebook } from '../../notebook/notebook.js';

/** A notebook that comes with the page. */
export interface BundledNotebook {
	/** The origin of notebooks that began as it. */
	readonly slug: string;
	readonly title: string;
	readonly summary: string;
	/** Beside the list. */
	readonly file: string;
}

/**
 * The notebooks that come with the page; none where it comes without.
 *
 * @param folder address, with a slash at its end
 */
export async function fetchBundledNotebooks(folder: string): Promise<BundledNotebook[]> {
	try {
		const response = await fetch(`${folder}index.json`);
		if (!response.ok) return [];
		const list: unknown = await response.json();
		return Array.isArray(list) ? list.filter(isBundledNotebook) : [];
	} catch {
		// Offline, or a page in place of the list: the reader's own notebooks are there all the same.
		return [];
	}
}

function isBundledNotebook(value: unknown): value is BundledNotebook {
	const fields = (value ?? {}) as Record<string, unknown>;
	return ['slug', 'title', 'summary', 'file'].every((name) => typeof fields[name] === 'string');
}

/** @throws NotebookError if the file holds none, Error if it cannot be had */
export async function fetchBundledNotebook(
	folder: string,
	{ file, title }: BundledNotebook
): Promise<Notebook> {
	const response = await fetch(`${folder}${file}`);
	if (!response.ok) throw new Error(`“${title}” could not be fetched: HTTP ${response.status}`);
	return parseText(await response.text());
}
