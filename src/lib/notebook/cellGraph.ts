import { cellRoles, sourcesOf } from './cellRoles.js';
import { NotebookError } from './notebookError.js';
import type { Cell } from './notebook.js';

/** What keeps cells from being run, with a sentence for the reader. */
export interface GraphProblem {
	readonly kind: 'duplicateId' | 'missingSource' | 'wrongSource' | 'cycle' | 'lostRecording';
	/** Ids of the cells concerned; a cycle in its order. */
	readonly cells: readonly string[];
	readonly message: string;
}

/** All that is wrong with the ids and sources of some cells; empty for a sound notebook. */
export function findGraphProblems(cells: readonly Cell[]): GraphProblem[] {
	const problems: GraphProblem[] = [];
	const byId = new Map<string, Cell>();
	for (const cell of cells) {
		if (!byId.has(cell.id)) byId.set(cell.id, cell);
		else if (!problems.some(({ cells: [id] }) => id === cell.id)) {
			problems.push({
				kind: 'duplicateId',
				cells: [cell.id],
				message: `two cells have the id "${cell.id}": give one of them another`
			});
		}
	}
	for (const cell of cells) {
		for (const id of sourcesOf(cell)) {
			const problem = findSourceProblem(cell, id, byId.get(id));
			if (problem) problems.push(problem);
		}
		if (cell.recording && !cellRoles[cell.kind].runsModel) {
			problems.push({
				kind: 'lostRecording',
				cells: [cell.id],
				message: `cell "${cell.id}" (${cell.kind}) has a recording, but only a cell that runs the model can have one`
			});
		}
	}
	const cycle = findCycle(byId);
	if (cycle) {
		const path = [...cycle, cycle[0]].map((id) => `"${id}"`).join(' → ');
		problems.push({
			kind: 'cycle',
			cells: cycle,
			message: `cells take their source from each other in a circle: ${path}; give one of them another source`
		});
	}
	return problems;
}

function findSourceProblem(cell: Cell, id: string, source: Cell | undefined): GraphProblem | null {
	if (!source) {
		return {
			kind: 'missingSource',
			cells: [cell.id, id],
			message: `cell "${cell.id}" has the source "${id}", which does not exist: choose another`
		};
	}
	const { sources } = cellRoles[cell.kind];
	if (sources.includes(source.kind)) return null;
	const expected = sources.length > 0 ? `one of: ${sources.join(', ')}` : 'no source';
	return {
		kind: 'wrongSource',
		cells: [cell.id, id],
		message: `cell "${cell.id}" (${cell.kind}) has the source "${id}" (${source.kind}), expected ${expected}`
	};
}

/** Ids on a circle of sources, each followed by a source of its; null if there is none. */
function findCycle(byId: ReadonlyMap<string, Cell>): string[] | null {
	const done = new Set<string>();
	for (const start of byId.keys()) {
		// Depth first, without recursion: a chain may be as long as the notebook.
		const path: string[] = [];
		const onPath = new Set<string>();
		const stack: { readonly id: string; readonly leave: boolean }[] = [{ id: start, leave: false }];
		for (let step = stack.pop(); step; step = stack.pop()) {
			const { id, leave } = step;
			if (leave) {
				path.pop();
				onPath.delete(id);
				done.add(id);
				continue;
			}
			if (onPath.has(id)) return path.slice(path.indexOf(id));
			const cell = byId.get(id);
			if (done.has(id) || !cell) continue;
			path.push(id);
			onPath.add(id);
			stack.push({ id, leave: true });
			for (const source of sourcesOf(cell)) stack.push({ id: source, leave: false });
		}
	}
	return null;
}

/**
 * Refuses cells with doubled ids, missing or unfit sources, or sources in a circle.
 *
 * @throws NotebookError naming the first problem
 */
export function checkGraph(cells: readonly Cell[]): void {
	const [problem] = findGraphProblems(cells);
	if (problem) throw new NotebookError(problem.message);
}

/**
 * Cells in the order to run them: each after its sources, otherwise as on the page.
 *
 * @throws NotebookError if the graph is unsound
 */
export function toRunOrder(cells: readonly Cell[]): Cell[] {
	checkGraph(cells);
	const byId = new Map(cells.map((cell) => [cell.id, cell]));
	const order = new Set<Cell>();
	for (const cell of cells) {
		const stack = [cell];
		for (let next = stack.at(-1); next; next = stack.at(-1)) {
			const waiting = sourcesOf(next)
				.map((id) => byId.get(id)!)
				.filter((source) => !order.has(source));
			if (waiting.length > 0) stack.push(...waiting);
			else order.add(stack.pop()!);
		}
	}
	return [...order];
}

/** Ids of the cells that read a cell, directly or through others, in page order. */
export function dependentsOf(cells: readonly Cell[], id: string): string[] {
	const reached = new Set([id]);
	// Sources may stand below their dependents, so one pass is not enough.
	for (let before = 0; before < reached.size;) {
		before = reached.size;
		for (const cell of cells) {
			if (sourcesOf(cell).some((source) => reached.has(source))) reached.add(cell.id);
		}
	}
	reached.delete(id);
	return cells.map((cell) => cell.id).filter((cell) => reached.has(cell));
}
