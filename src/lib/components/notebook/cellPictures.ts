import { drawCellPicture } from './outputs/drawCellPicture.js';
import type { CellPictures } from '$lib/notebook/pictures.js';
import type { NotebookDesk } from '$lib/state/notebook/NotebookDesk.svelte.js';

/**
 * What each cell shows now, as PNG files for an export; cells without a picture have none.
 *
 * @param onProgress told how many cells of how many are drawn
 */
export async function drawCellPictures(
	{ notebook, results, config, panAndScan }: NotebookDesk,
	onProgress: (done: number, total: number) => void
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
			labels: results.live(cell.id)?.labels ?? null,
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
