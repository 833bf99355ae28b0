import { gatherAttachments } from './attachments.js';
import { cellRoles } from './cellRoles.js';
import { checkGraph } from './cellGraph.js';
import type { CellKind } from './cellSettings.js';
import {
	toCell,
	type Attachments,
	type Cell,
	type CellInput,
	type CellSettings,
	type Notebook,
	type RecordingReference
} from './notebook.js';
import { NotebookError } from './notebookError.js';

/**
 * Edits of a document. Each returns another document, or the same one if nothing changes, and keeps
 * it sound: ids are unique, sources exist and form no circle, attachments are those that are used.
 * What would break it is refused by a NotebookError.
 */

const none: Attachments = new Map();

/**
 * Puts a cell in front of the one at `index`.
 *
 * @param attachments what the cell refers to, where the document has it not yet
 */
export function insertCell(
	notebook: Notebook,
	index: number,
	input: CellInput | Cell,
	attachments = none
): Notebook {
	const { cells } = notebook;
	if (!Number.isInteger(index) || index < 0 || index > cells.length) {
		throw new RangeError(`invalid index: ${index}, expected 0 to ${cells.length}`);
	}
	return withCells(notebook, cells.toSpliced(index, 0, toCell(input)), attachments);
}

/** A new cell of a kind: its id is free, and its source the nearest fit one above `index`. */
export function createCell(notebook: Notebook, kind: CellKind, index: number): Cell {
	const { sources } = cellRoles[kind];
	const isFit = (cell: Cell) => sources.includes(cell.kind);
	const source = notebook.cells.slice(0, index).findLast(isFit) ?? notebook.cells.find(isFit);
	const input = { id: toFreeId(notebook, kind), kind, source: source?.id ?? null };
	return toCell(input as CellInput);
}

/** The kind and a number above all that the kind has: `attention-3`. */
function toFreeId({ cells }: Pick<Notebook, 'cells'>, kind: CellKind): string {
	const numbers = cells.map(({ id }) =>
		id.startsWith(`${kind}-`) && /^\d{1,9}$/.test(id.slice(kind.length + 1))
			? Number(id.slice(kind.length + 1))
			: 0
	);
	return `${kind}-${numbers.reduce((a, b) => Math.max(a, b), 0) + 1}`;
}

/** Takes a cell out; cells that read it are left without a source. */
export function deleteCell(notebook: Notebook, id: string): Notebook {
	const index = indexOf(notebook, id);
	const cells = notebook.cells.toSpliced(index, 1).map((cell) => withoutSource(cell, id));
	return withCells(notebook, cells);
}

function withoutSource(cell: Cell, id: string): Cell {
	let result: Cell = cell.source === id ? { ...cell, source: null } : cell;
	if (result.kind === 'comparison' && result.settings.other === id) {
		result = { ...result, settings: { ...result.settings, other: null } };
	}
	return result;
}

/** Moves a cell so that it stands at `index`, counted without it; beyond an end means at the end. */
export function moveCell(notebook: Notebook, id: string, index: number): Notebook {
	const from = indexOf(notebook, id);
	const to = Math.min(Math.max(index, 0), notebook.cells.length - 1);
	if (to === from) return notebook;
	const cells = notebook.cells.toSpliced(from, 1).toSpliced(to, 0, notebook.cells[from]);
	return { ...notebook, cells };
}

/** Puts a copy below a cell, under a free id. */
export function duplicateCell(notebook: Notebook, id: string): Notebook {
	const index = indexOf(notebook, id);
	const cell = notebook.cells[index];
	const copy = { ...cell, id: toFreeId(notebook, cell.kind) };
	return withCells(notebook, notebook.cells.toSpliced(index + 1, 0, copy));
}

export function collapseCell(notebook: Notebook, id: string, collapsed: boolean): Notebook {
	return editCell(notebook, id, { collapsed });
}

/**
 * Changes some settings of a cell of a kind.
 *
 * @param attachments pictures that the settings refer to, where the document has them not yet
 */
export function editSettings<K extends CellKind>(
	notebook: Notebook,
	id: string,
	kind: K,
	settings: Partial<CellSettings<K>>,
	attachments = none
): Notebook {
	const cell = notebook.cells[indexOf(notebook, id)];
	if (cell.kind !== kind) {
		throw new NotebookError(`cell "${id}" is of kind ${cell.kind}, not ${kind}`);
	}
	return editCell(notebook, id, { settings: { ...cell.settings, ...settings } }, attachments);
}

/** Changes what cells of all kinds have. */
export function editCell(
	notebook: Notebook,
	id: string,
	fields: {
		readonly source?: string | null;
		readonly caption?: string;
		readonly collapsed?: boolean;
		readonly settings?: object;
	},
	attachments = none
): Notebook {
	const index = indexOf(notebook, id);
	const cell = notebook.cells[index];
	const edited = toCell({ ...cell, ...fields } as CellInput);
	if (isSame(edited, cell)) return notebook;
	return withCells(notebook, notebook.cells.with(index, edited), attachments);
}

/** Gives a cell another id; cells that read it follow. */
export function renameCell(notebook: Notebook, id: string, newId: string): Notebook {
	indexOf(notebook, id);
	if (id === newId) return notebook;
	const cells = notebook.cells.map((cell) => {
		let result = cell;
		if (result.id === id) result = toCell({ ...result, id: newId });
		if (result.source === id) result = { ...result, source: newId };
		if (result.kind === 'comparison' && result.settings.other === id) {
			result = { ...result, settings: { ...result.settings, other: newId } };
		}
		return result;
	});
	return withCells(notebook, cells);
}

/** Puts a recorded result into a cell, or takes it out. */
export function setRecording(
	notebook: Notebook,
	id: string,
	recording: RecordingReference | null,
	attachments = none
): Notebook {
	const index = indexOf(notebook, id);
	const edited = toCell({ ...notebook.cells[index], recording });
	return withCells(notebook, notebook.cells.with(index, edited), attachments);
}

export function editTitle(notebook: Notebook, title: string): Notebook {
	return title === notebook.title ? notebook : { ...notebook, title };
}

export function editModel(notebook: Notebook, model: string): Notebook {
	return model === notebook.model ? notebook : { ...notebook, model };
}

function indexOf({ cells }: Notebook, id: string): number {
	const index = cells.findIndex((cell) => cell.id === id);
	if (index < 0) throw new NotebookError(`there is no cell "${id}"`);
	return index;
}

function withCells(notebook: Notebook, cells: readonly Cell[], added = none): Notebook {
	checkGraph(cells);
	const old = notebook.attachments;
	const gathered = gatherAttachments(cells, old, added);
	const isSameSet =
		gathered.size === old.size && [...old.keys()].every((hash) => gathered.has(hash));
	return { ...notebook, cells, attachments: isSameSet ? old : gathered };
}

const isSame = (a: Cell, b: Cell) => JSON.stringify(a) === JSON.stringify(b);
