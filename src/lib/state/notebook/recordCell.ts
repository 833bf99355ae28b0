import { createAttachment } from '../../notebook/attachments.js';
import { dependentsOf } from '../../notebook/cellGraph.js';
import { toPrompt, type Attachments, type Cell, type CellOf } from '../../notebook/notebook.js';
import { FileTrace } from '../../trace/fileTrace.js';
import type { LiveTrace } from '../../trace/liveTrace.js';
import { recordClassification } from '../../trace/recordClassification.js';
import {
	estimateTraceFile,
	recordTraceFile,
	type TraceFileOptions
} from '../../trace/recordTraceFile.js';
import type { TraceFileError } from '../../trace/traceFile.js';
import type { Trace } from '../../trace/trace.js';
import type { ClassifiedRun } from './CellResults.svelte.js';

/** What of a result is recorded. */
export interface RecordChoice {
	/** Attention weights of each row; all where it is null. */
	readonly topK: number | null;
	readonly dtype: TraceFileOptions['dtype'];
	readonly hiddenStates: boolean;
	readonly lens: boolean;
}

/** A recording that is not in the document yet. */
export interface MadeRecording {
	readonly hash: string;
	readonly attachments: Attachments;
	readonly byteLength: number;
	/** How far its numbers may be from those that were computed. */
	readonly error: TraceFileError;
}

/** Bytes that all weights may take before the largest of each row are offered first. */
const maxExactBytes = 2 * 2 ** 20;

/** What the views of a cell need, exact where that is small. */
export function toFirstChoice(cell: Cell, cells: readonly Cell[], trace: Trace): RecordChoice {
	const readers = dependentsOf(cells, cell.id);
	const isRead = (kind: Cell['kind']) =>
		cells.some((other) => other.kind === kind && readers.includes(other.id));
	const choice: RecordChoice = {
		topK: null,
		dtype: 'float16',
		hiddenStates: isRead('hiddenStates'),
		lens: isRead('logitLens')
	};
	return estimateRecording(trace, choice) <= maxExactBytes ? choice : { ...choice, topK: 16 };
}

/** Bytes, roughly, without recording anything. */
export function estimateRecording(trace: Trace, choice: RecordChoice): number {
	return estimateTraceFile(trace, toOptions(trace, choice));
}

/** Labels are few: nothing of them is left out. */
export function makeClassificationRecording(
	{ run, classification }: ClassifiedRun,
	prompt: CellOf<'prompt'>
): Promise<MadeRecording> {
	return toMadeRecording(recordClassification(run, toPrompt(prompt.settings), classification));
}

/** @throws AbortError */
export async function makeRecording(
	trace: LiveTrace,
	prompt: CellOf<'prompt'>,
	choice: RecordChoice,
	signal: AbortSignal
): Promise<MadeRecording> {
	const options = toOptions(trace, choice);
	const bytes = await recordTraceFile(trace, toPrompt(prompt.settings), options, signal);
	return toMadeRecording(bytes);
}

async function toMadeRecording(bytes: Uint8Array<ArrayBuffer>): Promise<MadeRecording> {
	const attachments = await createAttachment('application/x-safetensors', bytes);
	const [hash] = attachments.keys();
	const { error } = new FileTrace(bytes);
	return { hash, attachments, byteLength: bytes.byteLength, error };
}

function toOptions({ model }: Trace, choice: RecordChoice): TraceFileOptions {
	const { topK, dtype, hiddenStates, lens } = choice;
	const { numHiddenLayers } = model.config.textConfig;
	const all = Array.from({ length: numHiddenLayers + 1 }, (_, layer) => layer);
	return {
		topK,
		dtype,
		hiddenStateLayers: hiddenStates ? all : [],
		lensLayers: lens ? all : []
	};
}
