import type { CellKind } from './cellSettings.js';
import type { Cell } from './notebook.js';

interface CellRole {
	/** Whether it runs the model: it then waits for Run, and its result can be recorded. */
	readonly runsModel: boolean;
	/** Kinds that its source may have; empty if it has none. */
	readonly sources: readonly CellKind[];
	/** Whether it shows something without a source too. */
	readonly standsAlone: boolean;
}

/** Cells that leave a trace behind. */
const traced: readonly CellKind[] = ['prompt', 'generation'];

const view: CellRole = { runsModel: false, sources: traced, standsAlone: false };

export const cellRoles: Readonly<Record<CellKind, CellRole>> = {
	prose: { runsModel: false, sources: [], standsAlone: true },
	prompt: { runsModel: true, sources: [], standsAlone: true },
	tokens: view,
	mask: view,
	slidingWindow: { ...view, standsAlone: true },
	panAndScan: { runsModel: false, sources: ['prompt'], standsAlone: false },
	attention: view,
	imageAttention: view,
	hiddenStates: view,
	logitLens: view,
	generation: { runsModel: true, sources: traced, standsAlone: false },
	classification: { runsModel: true, sources: ['prompt'], standsAlone: false },
	configuration: { runsModel: false, sources: [], standsAlone: true },
	comparison: view
};

/** Cheap cells run at once; a cell that runs the model waits for Run. */
export function runsModel({ kind }: Pick<Cell, 'kind'>): boolean {
	return cellRoles[kind].runsModel;
}

/** Ids of the cells that a cell reads, without gaps or repeats. */
export function sourcesOf(cell: Cell): string[] {
	const other = cell.kind === 'comparison' ? cell.settings.other : null;
	return [...new Set([cell.source, other])].filter((id) => id !== null);
}
