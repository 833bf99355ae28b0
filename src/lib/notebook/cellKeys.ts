import { toRunOrder } from './cellGraph.js';
import { cellRoles, runsModel, sourcesOf } from './cellRoles.js';
import type { Cell, Notebook } from './notebook.js';

/**
 * A key stands for all that a cell's result depends on: its settings, the model, and the keys of
 * its sources. Equal keys mean the same result, so an edit that is undone makes nothing stale.
 */
export type CellKeys = ReadonlyMap<string, string>;

export type Freshness =
	/** The result belongs to what the cell says now. */
	| 'fresh'
	/** There is a result, of an older state of this cell or of what it reads. */
	| 'stale'
	/** There is no result. */
	| 'empty'
	/** It needs a source, which nobody has chosen. */
	| 'unbound';

/**
 * The key that each cell's result would have if all cells ran now; none for unbound cells.
 *
 * @throws NotebookError if the graph is unsound
 */
export function toCellKeys({ cells, model }: Pick<Notebook, 'cells' | 'model'>): CellKeys {
	const keys = new Map<string, string>();
	for (const cell of toRunOrder(cells)) {
		const key = toKey(cell, model, keys);
		if (key !== null) keys.set(cell.id, key);
	}
	return keys;
}

/**
 * The key of a cell's result over results that exist.
 *
 * @param sources keys of the results of other cells
 * @returns null if a source is not chosen, or has no result
 */
export function toKey(cell: Cell, model: string, sources: CellKeys): string | null {
	if (cell.source === null && !cellRoles[cell.kind].standsAlone) return null;
	const ids = sourcesOf(cell);
	const inputs = ids.map((id) => sources.get(id) ?? null);
	if (inputs.includes(null)) return null;
	return hash(JSON.stringify([cell.kind, model, inputs, toInputs(cell)]));
}

/** The settings that a result depends on. */
function toInputs({ kind, settings }: Cell): unknown {
	// How many labels are listed.
	if (kind === 'classification') return {};
	if (kind !== 'prompt') return settings;
	const { template, text, messages, pictures, showTemplate: _, ...others } = settings;
	const images = pictures.map(({ image }) => image);
	return { ...others, images, ...(template === 'plain' ? { text } : { messages }) };
}

/** The keys of the recorded results of a document. */
export function toRecordedKeys({ cells }: Pick<Notebook, 'cells'>): Map<string, string> {
	return new Map(cells.flatMap(({ id, recording }) => (recording ? [[id, recording.key]] : [])));
}

/** @param results the keys of the results that the page holds, recorded ones included */
export function toFreshness(
	notebook: Pick<Notebook, 'cells' | 'model'>,
	results: CellKeys
): Map<string, Freshness> {
	const keys = toCellKeys(notebook);
	return new Map(
		notebook.cells.map(({ id }) => {
			if (!keys.has(id)) return [id, 'unbound'];
			if (!results.has(id)) return [id, 'empty'];
			return [id, results.get(id) === keys.get(id) ? 'fresh' : 'stale'];
		})
	);
}

/**
 * Cells to run, in order.
 *
 * - `all`: every cell that can run
 * - `stale`: those whose result is stale or empty
 * - `cheap`: those that may run at once after an edit: they run no model, everything they read has
 *   a result (an older one too), and theirs is of another state
 * - a cell's id: that cell, with what it reads where that is stale
 *
 * @param results the keys of the results that the page holds
 */
export function toRunPlan(
	notebook: Pick<Notebook, 'cells' | 'model'>,
	results: CellKeys,
	scope: 'all' | 'stale' | 'cheap' | { readonly cell: string }
): Cell[] {
	const order = toRunOrder(notebook.cells);
	if (scope === 'cheap') {
		return order.filter((cell) => {
			if (runsModel(cell)) return false;
			const key = toKey(cell, notebook.model, results);
			return key !== null && key !== results.get(cell.id);
		});
	}
	const freshness = toFreshness(notebook, results);
	const isStale = (id: string) => ['stale', 'empty'].includes(freshness.get(id)!);
	const canRun = (id: string) => freshness.get(id) !== 'unbound';
	if (scope === 'all') return order.filter(({ id }) => canRun(id));
	if (scope === 'stale') return order.filter(({ id }) => isStale(id));
	const wanted = new Set<string>([scope.cell]);
	// Backwards, so that a cell is seen before what it reads.
	for (const cell of order.toReversed()) {
		if (wanted.has(cell.id)) sourcesOf(cell).forEach((id) => wanted.add(id));
	}
	return order.filter(
		({ id }) => wanted.has(id) && canRun(id) && (id === scope.cell || isStale(id))
	);
}

/** FNV-1a over UTF-16 code units, twice with different offsets: 64 bits in hexadecimal. */
function hash(text: string): string {
	return [0x811c9dc5, 0x01000193 ^ text.length].map((seed) => fnv1a(text, seed)).join('');
}

function fnv1a(text: string, seed: number): string {
	let value = seed;
	for (let i = 0; i < text.length; i++) {
		value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
	}
	// Multiplying carries upwards only; fold the high bits back down.
	value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
	return ((value ^ (value >>> 13)) >>> 0).toString(16).padStart(8, '0');
}
