import type { Attachments, Cell, CellOf } from '../../notebook/notebook.js';
import type { InferenceService } from '../../rpc/services.js';
import { LiveTrace } from '../../trace/liveTrace.js';
import type { ModelInfo } from '../../trace/trace.js';
import type { LiveResult } from './CellResults.svelte.js';
import { isEmptyPrompt, toRunRequest } from './runRequest.js';

/** How far a cell is. */
export interface CellProgress {
	/** In a few words: `token 5 of 32`. */
	readonly text: string;
	/** 0 to 1; null where nobody knows. */
	readonly share: number | null;
}

export type CellOutcome = Omit<LiveResult, 'key' | 'model'>;

/** It was stopped, and left something. */
export class StoppedError extends Error {
	override name = 'StoppedError';

	constructor(readonly result: CellOutcome) {
		super('the cell was stopped');
	}
}

export interface CellContext {
	readonly service: InferenceService;
	readonly model: ModelInfo;
	readonly attachments: Attachments;
	/** The live result of the cell's source. */
	readonly source: LiveResult | null;
	readonly report: (progress: CellProgress) => void;
}

/**
 * Has the model compute a cell.
 *
 * @throws StoppedError with what there was when the signal came, else AbortError
 */
export async function runCell(
	cell: Cell,
	context: CellContext,
	signal: AbortSignal
): Promise<CellOutcome> {
	if (cell.kind === 'prompt') return runPrompt(cell, context, signal);
	if (cell.kind === 'generation') return generate(cell, context, signal);
	if (cell.kind === 'classification') return classify(context, signal);
	throw new TypeError(`a cell of kind ${cell.kind} runs no model`);
}

async function runPrompt(
	cell: CellOf<'prompt'>,
	{ service, model, attachments }: CellContext,
	signal: AbortSignal
): Promise<CellOutcome> {
	if (isEmptyPrompt(cell)) throw new Error('the prompt is empty');
	const request = toRunRequest(cell, attachments);
	const run = await service.run(request, signal);
	const trace = new LiveTrace(service, run, model, request.pictures);
	return { trace, classified: null, totalMs: run.totalMs, notices: run.notices };
}

async function generate(
	cell: CellOf<'generation'>,
	{ service, model, source, report }: CellContext,
	signal: AbortSignal
): Promise<CellOutcome> {
	const prompted = toSourceTrace(source);
	const { maxNewTokens, seed, ...sampling } = cell.settings;
	const start = performance.now();
	const request = { runId: prompted.run.id, sampling, seed, maxNewTokens };
	const { id } = await service.startGeneration(request, signal);
	try {
		const onStep = ({ index }: { index: number }) =>
			report({
				text: `token ${index + 1} of up to ${maxNewTokens}`,
				share: (index + 1) / maxNewTokens
			});
		const { steps } = await service.stepGeneration({ id, count: Infinity }, onStep, signal);
		if (signal.aborted && steps.length === 0) signal.throwIfAborted();
		// Not stopped by the signal: what was generated is to be seen.
		const run = await service.traceGeneration(id);
		const trace = new LiveTrace(service, run, model, prompted.files);
		const outcome = {
			trace,
			classified: null,
			totalMs: performance.now() - start,
			notices: run.notices
		};
		if (!signal.aborted) return outcome;
		const notice = `Stopped after ${steps.length === 1 ? '1 token' : `${steps.length} tokens`}.`;
		throw new StoppedError({ ...outcome, notices: [...run.notices, notice] });
	} finally {
		service.endGeneration(id).catch(() => {});
	}
}

async function classify(
	{ service, source }: CellContext,
	signal: AbortSignal
): Promise<CellOutcome> {
	const prompted = toSourceTrace(source);
	const start = performance.now();
	const classification = await service.classify(prompted.run.id, signal);
	const { model, tokens, pictures, images, masks } = prompted;
	const run = { model, tokens, pictures, images, masks };
	const totalMs = performance.now() - start;
	return { trace: null, classified: { classification, run }, totalMs, notices: [] };
}

function toSourceTrace(source: LiveResult | null): LiveTrace {
	if (source?.trace) return source.trace;
	throw new Error('its source has no result: run the source first');
}
