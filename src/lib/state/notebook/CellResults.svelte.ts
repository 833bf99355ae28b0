import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { runsModel } from '../../notebook/cellRoles.js';
import { toRunOrder } from '../../notebook/cellGraph.js';
import { toFreshness, toKey, toRecordedKeys, type Freshness } from '../../notebook/cellKeys.js';
import type { Attachment, Cell, CellOf } from '../../notebook/notebook.js';
import type { InferenceService } from '../../rpc/services.js';
import { FileTrace } from '../../trace/fileTrace.js';
import { LiveTrace } from '../../trace/liveTrace.js';
import type { Classification } from '../../trace/classification.js';
import type { ModelInfo, Trace, TraceFacts } from '../../trace/trace.js';
import { toFailure, type Failure } from '../failure.js';
import type { NotebookState } from './NotebookState.svelte.js';
import { RecordingCache, recordingRemedy } from './RecordingCache.js';

/** A classification, and the run that was classified, which may be gone. */
export interface ClassifiedRun {
	readonly classification: Classification;
	readonly run: TraceFacts;
}

/** What the model gave for a cell, here and now. */
export interface LiveResult {
	/** Of the cell when it ran: see cellKeys.ts. */
	readonly key: string;
	/** The model that gave it; another one means another result. */
	readonly model: ModelInfo;
	/** Null for a classification. */
	readonly trace: LiveTrace | null;
	/** Of a classification alone. */
	readonly classified: ClassifiedRun | null;
	readonly totalMs: number;
	/** What the reader should know, in sentences. */
	readonly notices: readonly string[];
}

/** What cells show: live results, recorded ones where there is no live one. */
export class CellResults {
	readonly #live = new SvelteMap<string, LiveResult>();
	/** Those whose runs went with a worker that stopped. What was read of them is still drawn. */
	readonly #lost = new SvelteSet<string>();
	readonly #recordings = new RecordingCache();
	readonly #notebook: NotebookState;

	/** Keys of all results at hand; a view has one as soon as its source has. */
	readonly keys = $derived.by(() => {
		const keys = toRecordedKeys(this.#notebook.document);
		for (const [id, { key }] of this.#live) keys.set(id, key);
		for (const cell of toRunOrder(this.#notebook.cells)) {
			if (runsModel(cell)) continue;
			const key = toKey(cell, this.#notebook.document.model, keys);
			if (key !== null) keys.set(cell.id, key);
		}
		return keys;
	});
	readonly #freshness = $derived.by(() => toFreshness(this.#notebook.document, this.keys));
	/** The same cell by cell: a letter that is typed must not wake all pictures. */
	readonly #freshnessOf = new SvelteMap<string, Freshness>();
	/** Cells that wait for Run. */
	readonly numStale = $derived.by(
		() =>
			this.#notebook.cells.filter(
				(cell) => runsModel(cell) && ['stale', 'empty'].includes(this.#freshness.get(cell.id)!)
			).length
	);

	constructor(notebook: NotebookState) {
		this.#notebook = notebook;
	}

	freshness(id: string): Freshness {
		return this.#freshnessOf.get(id) ?? 'empty';
	}

	/** Tells each cell what became of its result; to be called whenever something changed. */
	share(): void {
		for (const [id, freshness] of this.#freshness) this.#freshnessOf.set(id, freshness);
	}

	live(id: string): LiveResult | null {
		return this.#live.get(id) ?? null;
	}

	/** The trace that a cell is drawn from: its own, or its source's. */
	trace(cell: Cell): Trace | null {
		if (cell.kind !== 'prompt' && cell.kind !== 'generation') return this.#traceOf(cell.source);
		const live = this.#live.get(cell.id);
		if (live) return live.trace;
		const file = this.#recorded(cell);
		return file instanceof FileTrace ? file : null;
	}

	/** The trace that a comparison sets beside its source's. */
	other(cell: Cell): Trace | null {
		return cell.kind === 'comparison' ? this.#traceOf(cell.settings.other) : null;
	}

	/** What a classification cell shows, run or recorded. */
	classification(cell: Cell): Classification | null {
		if (cell.kind !== 'classification') return null;
		const live = this.#live.get(cell.id);
		if (live) return live.classified?.classification ?? null;
		return this.recording(cell)?.classification ?? null;
	}

	/** The recording that a cell shows; null where it shows a live result, or none. */
	recording(cell: Cell): FileTrace | null {
		const trace = cell.recording && !this.#live.has(cell.id) ? this.#recorded(cell) : null;
		return trace instanceof FileTrace ? trace : null;
	}

	/** Why a cell's recording cannot be shown. */
	recordingFailure(cell: Cell): Failure | null {
		if (!cell.recording || this.#live.has(cell.id)) return null;
		const file = this.#recorded(cell);
		if (!(file instanceof FileTrace)) return file;
		if (cell.kind !== 'classification' || file.classification) return null;
		return toFailure(new Error('the recording holds no labels'), recordingRemedy);
	}

	/** The prompt cell at the root of a cell's sources. */
	prompt(cell: Cell): CellOf<'prompt'> | null {
		let at: Cell | null = cell;
		while (at && at.kind !== 'prompt')
			at = at.source === null ? null : this.#notebook.cell(at.source);
		return at;
	}

	/** The picture files of that prompt. */
	pictures(cell: Cell): Attachment[] {
		const { attachments } = this.#notebook;
		const pictures = this.prompt(cell)?.settings.pictures ?? [];
		return pictures.map(({ image }) => attachments.get(image)!);
	}

	/** The model can be asked for more of a cell's result. */
	isHeld(id: string): boolean {
		return this.#live.has(id) && !this.#lost.has(id);
	}

	/** A worker that stopped took a cell's run along, and the cell shows what was read of it. */
	isLost(id: string): boolean {
		return this.#lost.has(id);
	}

	set(id: string, result: LiveResult): void {
		discard(this.#live.get(id));
		this.#live.set(id, result);
		this.#lost.delete(id);
	}

	/**
	 * Lets go of results of cells that are gone, or of another model. Those that the same model gave
	 * in a worker that is gone stay, as far as they were read.
	 */
	settle(service: InferenceService, model: ModelInfo): void {
		for (const [id, result] of this.#live) {
			const { trace } = result;
			if (!this.#notebook.cell(id) || !isSameModel(result.model, model)) this.#delete(id, result);
			else if (trace && !(result.model === model && trace.isHeldBy(service))) {
				this.#lost.add(id);
				discard(result);
			}
		}
	}

	clear(): void {
		for (const [id, result] of this.#live) this.#delete(id, result);
	}

	#delete(id: string, result: LiveResult): void {
		this.#live.delete(id);
		this.#lost.delete(id);
		discard(result);
	}

	#traceOf(id: string | null): Trace | null {
		const source = id === null ? null : this.#notebook.cell(id);
		return source && this.trace(source);
	}

	#recorded(cell: Cell): FileTrace | Failure | null {
		if (!cell.recording) return null;
		const { attachments } = this.#notebook;
		return this.#recordings.read(cell.recording.trace, this.prompt(cell), attachments);
	}
}

const isSameModel = (a: ModelInfo, b: ModelInfo) => a.name === b.name && a.dtype === b.dtype;

/** Frees a run that nobody shows; with a worker that is gone there is nothing to free. */
function discard(result: LiveResult | undefined): void {
	result?.trace?.release().catch(() => {});
}
