import { sourcesOf } from '../../notebook/cellRoles.js';
import type { Cell } from '../../notebook/notebook.js';

export function toCellIndex(cells: readonly Cell[]): ReadonlyMap<string, Cell> {
	return new Map(cells.map((cell) => [cell.id, cell]));
}

/** Whether a cell reads one of some cells directly. */
export function readsAny(cell: Cell, ids: readonly string[]): boolean {
	return sourcesOf(cell).some((id) => ids.includes(id));
}
