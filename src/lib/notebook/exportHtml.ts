import { toBase64 } from './base64.js';
import { toCellTitle, toPromptLines } from './cellTitle.js';
import { escapeHtml } from './html.js';
import { serializeHtml } from './htmlDocument.js';
import type { Cell, Notebook } from './notebook.js';
import type { CellPictures } from './pictures.js';

export interface HtmlExportOptions {
	/** Safe HTML of prose (see markdown.ts); the pictures it mentions are given as `data:` addresses. */
	readonly renderProse: (text: string, toImageUrl: (hash: string) => string | null) => string;
	readonly pictures?: CellPictures;
	/** Address that opens the document in Gemma Loupe, `https:` or `http:`. */
	readonly liveUrl?: string;
	/** Our program that makes the figures live: each is an element with `data-cell`. */
	readonly viewer?: string;
	/** More style, such as the page's own. */
	readonly style?: string;
}

/**
 * A document as one page for readers: prose, and each cell as the picture that it showed. It opens
 * from disk, loads nothing, and holds the document itself, to be opened again.
 *
 * @throws RangeError if `liveUrl` leads elsewhere than to a web page
 */
export function exportHtml(notebook: Notebook, options: HtmlExportOptions): Promise<string> {
	const { liveUrl, viewer, style = '' } = options;
	if (liveUrl !== undefined && !/^https?:\/\//.test(liveUrl)) {
		throw new RangeError(`invalid liveUrl: ${liveUrl}, expected https: or http:`);
	}
	const title = notebook.title === '' ? [] : [`<h1>${escapeHtml(notebook.title)}</h1>`];
	const live = liveUrl
		? [`<p class="live"><a href="${escapeHtml(liveUrl)}">Open live in Gemma Loupe</a></p>`]
		: [];
	const cells = notebook.cells.map((cell) => toSection(cell, notebook, options));
	const body = ['<main>', ...title, ...live, ...cells, '</main>'].join('\n');
	return serializeHtml(notebook, { body, viewer, style: exportStyle + style });
}

function toSection(cell: Cell, notebook: Notebook, options: HtmlExportOptions): string {
	const id = escapeHtml(cell.id);
	const toImageUrl = (hash: string) => {
		const image = notebook.attachments.get(hash);
		return image ? `data:${image.mediaType};base64,${toBase64(image.bytes)}` : null;
	};
	if (cell.kind === 'prose') {
		const html = options.renderProse(cell.settings.text, toImageUrl);
		return `<section id="${id}">\n${html}</section>`;
	}
	const parts: string[] = [];
	if (cell.kind === 'prompt') {
		parts.push(...toPromptLines(cell).map((line) => `<pre>${escapeHtml(line)}</pre>`));
		for (const { image, name } of cell.settings.pictures) {
			const url = toImageUrl(image);
			if (url) parts.push(`<img src="${url}" alt="${escapeHtml(name || 'picture')}">`);
		}
	}
	const title = toCellTitle(cell);
	const picture = options.pictures?.get(cell.id);
	if (picture) {
		const alt = escapeHtml(cell.caption || title);
		parts.push(`<img src="data:image/png;base64,${toBase64(picture)}" alt="${alt}">`);
	}
	const badge = cell.recording ? ' <span class="recorded">recorded</span>' : '';
	const caption = cell.caption === '' ? '' : `<br>${escapeHtml(cell.caption)}`;
	parts.push(`<figcaption>${escapeHtml(title)}${badge}${caption}</figcaption>`);
	const figure = `<figure data-cell="${id}">\n${parts.join('\n')}\n</figure>`;
	return `<section id="${id}">\n${figure}\n</section>`;
}

const exportStyle = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
figure { margin: 1.5rem 0; padding-top: 0.5rem; border-top: 1px solid #8884; }
figcaption { font-size: 0.875rem; opacity: 0.8; }
img { max-width: 100%; height: auto; image-rendering: auto; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
.recorded { border: 1px solid; border-radius: 2px; padding: 0 0.25rem; }
@media print { .live { display: none; } figure, pre { break-inside: avoid; } }
`;
