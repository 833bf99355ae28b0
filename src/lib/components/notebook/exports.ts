import { download } from '$lib/components/download.js';
import type { Notebook } from '$lib/notebook/notebook.js';
import { serializeText } from '$lib/notebook/serializeText.js';

/** A file's name from a notebook's title. */
export function toFileName({ title }: Pick<Notebook, 'title'>, extension: string): string {
	const name = title
		.normalize('NFKD')
		.replace(/[^\p{L}\p{N}]+/gu, '-')
		.replace(/^-+|-+$/g, '')
		.slice(0, 60);
	return `${name || 'notebook'}.${extension}`;
}

export function downloadText(notebook: Notebook): void {
	const file = new Blob([serializeText(notebook)], { type: 'text/plain' });
	download(toFileName(notebook, 'loupe.txt'), file);
}
