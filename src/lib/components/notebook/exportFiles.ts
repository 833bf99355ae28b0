import { drawCellPicture } from './outputs/drawCellPicture.js';
import { loadViewer } from './outputs/viewerFiles.js';
import { exportHtml } from '$lib/notebook/exportHtml.js';
import { toJupyter } from '$lib/notebook/jupyter.js';
import { renderMarkdown } from '$lib/notebook/markdown.js';
import { renderMath } from '$lib/notebook/math.js';
import type { CellPictures } from '$lib/notebook/pictures.js';
import type { NotebookDesk } from '$lib/state/notebook/NotebookDesk.svelte.js';

/** Told how many cells of how many are drawn. */
type OnProgress = (done: number, total: number) => void;

/**
 * The open document as a page for readers, with the pictures that its cells show now.
 *
 * @param liveUrl where it is opened live
 * @throws Error if the program of such pages cannot be fetched
 */
export async function toWebPage(
	desk: NotebookDesk,
	liveUrl: string,
	onProgress: OnProgress
): Promise<string> {
	return exportHtml(desk.notebook.document, {
		...(await loadViewer()),
		renderProse: (text, toImageUrl) => renderMarkdown(text, { renderMath, toImageUrl }),
		pictures: await drawCellPictures(desk, onProgress),
		liveUrl
	});
}

/** The open document for Jupyter, with the pictures that its cells show now. */
export async function toJupyterFile(desk: NotebookDesk, onProgress: OnProgress): Promise<string> {
	return toJupyter(desk.notebook.document, await drawCellPictures(desk, onProgress));
}

/** PNG files by cell; cells without a picture have none. */
async function drawCellPictures(
	{ notebook, results, config, panAndScan }: NotebookDesk,
	onProgress: OnProgress
): Promise<CellPictures> {
	const { cells } = notebook;
	const pictures = new Map<string, Uint8Array<ArrayBuffer>>();
	for (const [i, cell] of cells.entries()) {
		onProgress(i, cells.length);
		if (cell.kind === 'prose') continue;
		const picture = await drawCellPicture({
			cell,
			trace: results.trace(cell),
			prompt: results.prompt(cell),
			other: results.other(cell),
			classification: results.classification(cell),
			config,
			panAndScan,
			pictures: results.pictures(cell),
			stale: false,
			onsettings: null
		});
		if (picture) pictures.set(cell.id, picture);
	}
	return pictures;
}
