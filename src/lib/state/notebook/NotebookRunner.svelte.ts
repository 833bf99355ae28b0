import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { runsModel } from '../../notebook/cellRoles.js';
import { toKey, toRunPlan } from '../../notebook/cellKeys.js';
import type { Cell } from '../../notebook/notebook.js';
import type { InferenceService } from '../../rpc/services.js';
import type { ModelInfo } from '../../trace/trace.js';
import { isAbort, isDeviceLost, isWorkerGone, toFailure, type Failure } from '../failure.js';
import { JobQueue } from '../JobQueue.svelte.js';
import type { ModelState } from '../ModelState.svelte.js';
import { readsAny } from './cellIndex.js';
import type { CellResults } from './CellResults.svelte.js';
import { runCell, StoppedError, type CellProgress } from './runCell.js';
import type { NotebookModel } from './NotebookModel.svelte.js';
import type { NotebookState } from './NotebookState.svelte.js';

export type RunScope = 'all' | 'stale' | { readonly cell: string };

/** When a cell took the worker or its device with it. */
const goneRemedy =
	'The model is loaded again, and all results so far are kept. Run the cell again; if that stops it too, ask for less or reload the page.';

/** Runs cells, one after the other, and says of each how far it is and what went wrong. */
export class NotebookRunner {
	readonly #queue = new JobQueue<'running'>();
	readonly #waiting = new SvelteSet<string>();
	#running = $state.raw<{ readonly id: string; readonly progress: CellProgress } | null>(null);
	readonly #failures = new SvelteMap<string, Failure>();
	readonly #notebook: NotebookState;
	readonly #results: CellResults;
	readonly #model: ModelState;
	readonly #notebookModel: NotebookModel;

	constructor(
		notebook: NotebookState,
		results: CellResults,
		model: ModelState,
		notebookModel: NotebookModel
	) {
		this.#notebook = notebook;
		this.#results = results;
		this.#model = model;
		this.#notebookModel = notebookModel;
	}

	get isRunning(): boolean {
		return this.#queue.activity === 'running';
	}

	/** The cell that the model is busy with. */
	get running(): string | null {
		return this.#running?.id ?? null;
	}

	isWaiting(id: string): boolean {
		return this.#waiting.has(id);
	}

	/** How far a cell is; null if it does not run. */
	progress(id: string): CellProgress | null {
		return this.#running?.id === id ? this.#running.progress : null;
	}

	failure(id: string): Failure | null {
		return this.#failures.get(id) ?? null;
	}

	dismissFailure(id: string): void {
		this.#failures.delete(id);
	}

	/** Runs what a scope holds; what it shows is replaced as each result comes. */
	run = async (scope: RunScope): Promise<void> => {
		const planned = this.#plan(scope).map(({ id }) => id);
		if (planned.length === 0) return;
		planned.forEach((id) => this.#waiting.add(id));
		await this.#queue.run('running', (signal) => this.#runPlan(scope, signal), {
			mayRun: () => true,
			onError: (error) => {
				if (isAbort(error)) return;
				for (const id of planned) if (this.#waiting.has(id)) this.#fail(id, error);
			}
		});
		planned.forEach((id) => this.#waiting.delete(id));
	};

	/** Stops what is under way and what waits. Tokens that were generated stay. */
	stop = (): void => {
		this.#queue.stop();
		this.#waiting.clear();
	};

	#plan(scope: RunScope): Cell[] {
		const { document } = this.#notebook;
		return toRunPlan(document, this.#results.keys, scope).filter(runsModel);
	}

	async #runPlan(scope: RunScope, signal: AbortSignal): Promise<void> {
		const { model: name } = this.#notebook.document;
		if (!(await this.#notebookModel.ensure(name, signal))) return;
		const failed: string[] = [];
		const { service } = this.#model;
		for (const { id } of this.#plan(scope)) {
			signal.throwIfAborted();
			// It may have been changed or deleted since.
			const cell = this.#notebook.cell(id);
			if (cell && !(await this.#runOne(cell, failed, signal))) failed.push(id);
			this.#waiting.delete(id);
			// The worker stopped, as this cell says: the others wait for the next Run.
			if (this.#model.service !== service) break;
		}
	}

	/** @returns false if it failed */
	async #runOne(cell: Cell, failed: readonly string[], signal: AbortSignal): Promise<boolean> {
		const { id } = cell;
		this.#failures.delete(id);
		try {
			if (readsAny(cell, failed)) {
				throw new Error(`its source ${cell.source} failed: see there`);
			}
			const source = cell.source === null ? null : this.#notebook.cell(cell.source);
			// The model continues what it holds: a recording has to be run first.
			if (source && runsModel(source) && !this.#results.isHeld(source.id)) {
				if (!(await this.#runOne(source, failed, signal))) return false;
			}
			await this.#compute(cell, signal);
			return true;
		} catch (error) {
			if (signal.aborted && isAbort(error)) throw error;
			if (isDeviceLost(error)) this.#model.replaceWorker(error as Error);
			this.#fail(id, error);
			return false;
		} finally {
			this.#running = null;
		}
	}

	async #compute(cell: Cell, signal: AbortSignal): Promise<void> {
		const { id } = cell;
		const { document } = this.#notebook;
		const key = toKey(cell, document.model, this.#results.keys)!;
		const [service, model] = this.#held();
		let isOver = false;
		// A report may still be on its way when the worker is gone.
		const report = (progress: CellProgress) => {
			if (!isOver && !signal.aborted) this.#running = { id, progress };
		};
		report({ text: 'runs', share: null });
		const source = cell.source === null ? null : this.#results.live(cell.source);
		const context = { service, model, attachments: document.attachments, source, report };
		try {
			this.#results.set(id, { ...(await runCell(cell, context, signal)), key, model });
		} catch (error) {
			if (!(error instanceof StoppedError)) throw error;
			// What came before the stop stays, as a result of nothing that the cell says.
			this.#results.set(id, { ...error.result, key: '', model });
			signal.throwIfAborted();
		} finally {
			isOver = true;
		}
		this.#model.confirm();
	}

	#held(): [InferenceService, ModelInfo] {
		const { service, info } = this.#model;
		if (service && info) return [service, info];
		throw new Error('the model went away while the notebook ran');
	}

	#fail(id: string, error: unknown): void {
		const failure = toFailure(error);
		this.#failures.set(id, isWorkerGone(error) ? { ...failure, remedy: goneRemedy } : failure);
	}
}
