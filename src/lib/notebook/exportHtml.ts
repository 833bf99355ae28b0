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
	/** The viewer's style, which that of the page itself follows. */
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
	return serializeHtml(notebook, { body, viewer, style: style + exportStyle });
}

function toSection(cell: Cell, notebook: Notebook, options: HtmlExportOptions): string {
	const id = escapeHtml(cell.id);
	const toImageUrl = (hash: string) => {
		const image = notebook.attachments.get(hash);
		return image ? `data:${image.mediaType};base64,${toBase64(image.bytes)}` : null;
	};
	if (cell.kind === 'prose') {
		const html = options.renderProse(cell.settings.text, toImageUrl);
		return `<section id="${id}" class="prose">\n${html}</section>`;
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
		const url = `data:image/png;base64,${toBase64(picture)}`;
		parts.push(`<img data-picture src="${url}" alt="${alt}">`);
	} else {
		parts.push('<p data-picture>The document holds no picture of this cell: open it live.</p>');
	}
	const badge = cell.recording ? ' <span class="recorded">recorded</span>' : '';
	const caption = cell.caption === '' ? '' : `<br>${escapeHtml(cell.caption)}`;
	parts.push(`<figcaption>${escapeHtml(title)}${badge}${caption}</figcaption>`);
	const figure = `<figure data-cell="${id}">\n${parts.join('\n')}\n</figure>`;
	return `<section id="${id}">\n${figure}\n</section>`;
}

const exportStyle = `
:root { color-scheme: light dark; }
body { margin: 0; font: 15px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
main { max-width: 46rem; margin: 2rem auto 4rem; padding: 0 1rem; }
main > h1 { margin: 0 0 0.5rem; font-size: 26px; font-weight: 600; line-height: 1.25; }
.live { margin: 0 0 1rem; font-size: 13px; }
.live a { color: inherit; }
.prose > * { margin: 0.7em 0; }
.prose :is(h1, h2, h3) { margin: 1.4em 0 0.4em; font-weight: 600; line-height: 1.3; }
.prose h1 { font-size: 22px; }
.prose h2 { font-size: 18px; }
.prose h3 { font-size: 15px; }
.prose :is(ul, ol) { padding-left: 1.4em; }
.prose blockquote { border-left: 2px solid #8886; padding-left: 0.9em; opacity: 0.85; }
.prose table { border-collapse: collapse; font-size: 13px; }
.prose :is(th, td) { border-bottom: 1px solid #8884; padding: 2px 10px; text-align: left; }
.prose a { color: inherit; }
pre, code { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 0.9em; }
figure[data-cell] { margin: 1.6rem 0; padding-top: 0.8rem; border-top: 1px solid #8884; }
figure[data-cell] > figcaption { margin-top: 0.5rem; font-size: 12.5px; }
figure[data-cell] > pre { margin: 0 0 0.5rem; white-space: pre-wrap; overflow-wrap: anywhere; }
figure[data-cell] > img { display: block; max-width: 100%; height: auto; margin: 0.5rem 0; }
figure[data-cell] > img:not([data-picture]) { max-height: 16rem; }
.recorded { border: 1px solid #8888; border-radius: 4px; padding: 0 6px; font-size: 11px; }
@media print {
	:root { color-scheme: light; print-color-adjust: exact; }
	main { max-width: none; margin: 0; padding: 0; }
	.live { display: none; }
	:is(h1, h2, h3) { break-after: avoid; }
	figure, pre, img, table { break-inside: avoid; }
}
`;
