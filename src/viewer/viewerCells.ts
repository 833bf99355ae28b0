import { toFreshness, toRecordedKeys } from '../lib/notebook/cellKeys.js';
import { runsModel } from '../lib/notebook/cellRoles.js';
import type { CellOutputProps } from '../lib/components/notebook/outputs/cellOutput.js';
import type { Attachment, Cell, CellOf, Notebook } from '../lib/notebook/notebook.js';
import { FileTrace } from '../lib/trace/fileTrace.js';

/** What each cell of a document can show from its recordings; cells that show nothing are left out. */
export function toViewerCells(notebook: Notebook): CellOutputProps[] {
	const byId = new Map(notebook.cells.map((cell) => [cell.id, cell]));
	const freshness = toFreshness(notebook, toRecordedKeys(notebook));
	const traces = new Map<string, FileTrace | null>();

	const promptOf = (cell: Cell | undefined): CellOf<'prompt'> | null => {
		if (!cell || cell.kind === 'prompt') return cell ?? null;
		return cell.source === null ? null : promptOf(byId.get(cell.source));
	};
	const picturesOf = (prompt: CellOf<'prompt'> | null): Attachment[] =>
		(prompt?.settings.pictures ?? []).map(({ image }) => notebook.attachments.get(image)!);
	/** What a cell left that ran the model; null if it was not recorded. */
	const traceOf = (id: string | null): FileTrace | null => {
		const cell = id === null ? undefined : byId.get(id);
		if (!cell?.recording) return null;
		const known = traces.get(cell.id);
		if (known !== undefined) return known;
		const { bytes } = notebook.attachments.get(cell.recording.trace)!;
		const blobs = picturesOf(promptOf(cell)).map(
			(picture) => new Blob([picture.bytes], { type: picture.mediaType })
		);
		const trace = new FileTrace(bytes, blobs);
		traces.set(cell.id, trace);
		return trace;
	};
	/** A model that any recording is of: a cell without a source has no better one. */
	const config =
		notebook.cells.map(({ id }) => traceOf(id)).find((trace) => trace !== null)?.model.config ??
		null;

	return notebook.cells.flatMap((cell) => {
		if (cell.kind === 'prose') return [];
		// A cell that ran the model is drawn from what it left, another from what its source left.
		const root = runsModel(cell) ? cell.id : cell.source;
		const trace = traceOf(root);
		const other = cell.kind === 'comparison' ? traceOf(cell.settings.other) : null;
		const prompt = promptOf(cell);
		const props: CellOutputProps = {
			cell,
			trace,
			prompt,
			other,
			classification: trace?.classification ?? null,
			config: trace?.model.config ?? config,
			panAndScan: null,
			pictures: picturesOf(prompt),
			stale: root !== null && freshness.get(root) === 'stale',
			onsettings: null
		};
		return canDraw(props) ? [props] : [];
	});
}

function canDraw(props: CellOutputProps): boolean {
	const { cell, trace, other, classification, config, pictures } = props;
	if (cell.kind === 'configuration' || cell.kind === 'slidingWindow') return config !== null;
	if (cell.kind === 'panAndScan') return pictures.length > 0;
	if (cell.kind === 'classification') return classification !== null;
	return trace !== null && (cell.kind !== 'comparison' || other !== null);
}
