import type { Prompt, RunRequest } from '../rpc/services.js';
import { LiveTrace } from '../trace/liveTrace.js';
import { RecordedTrace } from '../trace/recordedTrace.js';
import type { Trace } from '../trace/trace.js';
import { isAbort, isDeviceLost, toFailure, type Failure } from './failure.js';
import type { ModelState } from './ModelState.svelte.js';
import { emptyDraft, toKind, toPrompt, toPromptKey, type PromptDraft } from './prompt.js';

/** A trace, and the prompt it belongs to. */
interface Result {
	readonly trace: Trace;
	/** See `toPromptKey`. */
	readonly promptKey: string;
	/** Milliseconds from the request to the trace; null for a recording. */
	readonly totalMs: number | null;
}

/** The prompt, and what the model made of it. The latest run wins; older ones are aborted. */
export class RunState {
	#draft = $state.raw<PromptDraft>(emptyDraft);
	#result = $state.raw<Result | null>(null);
	#activity = $state<'none' | 'running'>('none');
	#failure = $state.raw<Failure | null>(null);
	#controller: AbortController | null = null;
	#timer: ReturnType<typeof setTimeout> | undefined;
	readonly #model: ModelState;

	readonly prompt = $derived(toPrompt(this.#draft));
	/** What the editor asks of the model, pictures included. */
	readonly request = $derived.by<RunRequest>(() => {
		const { pictures, panAndScan } = this.#draft;
		if (pictures.length === 0) return { prompt: this.prompt };
		const files = pictures.map(({ name, blob }) => ({ name, blob }));
		return { prompt: this.prompt, pictures: files, panAndScan };
	});
	/** The same for two drafts only if the model would see the same. */
	readonly promptKey = $derived(toPromptKey(this.prompt, this.#draft));
	/** The shown trace belongs to another prompt than the one in the editor. */
	readonly isStale = $derived(this.#result !== null && this.#result.promptKey !== this.promptKey);
	readonly isEmpty = $derived(this.#draft.text.trim() === '' && this.#draft.pictures.length === 0);

	constructor(model: ModelState) {
		this.#model = model;
		model.whenReady((isOther) => {
			const kind = model.info?.promptKind;
			if (isOther && kind) this.#draft = toKind(this.#draft, kind);
			if (!this.isEmpty) void this.run();
		});
	}

	get draft(): PromptDraft {
		return this.#draft;
	}

	get trace(): Trace | null {
		return this.#result?.trace ?? null;
	}

	/** What the reader should know about the shown run, in sentences. */
	get notices(): readonly string[] {
		const trace = this.#result?.trace;
		return trace instanceof LiveTrace ? trace.run.notices : [];
	}

	/** Largest error of a recorded weight; null for a live trace. */
	get recordedError(): number | null {
		const trace = this.#result?.trace;
		return trace instanceof RecordedTrace ? trace.maxError : null;
	}

	get totalMs(): number | null {
		return this.#result?.totalMs ?? null;
	}

	get activity(): 'none' | 'running' {
		return this.#activity;
	}

	get failure(): Failure | null {
		return this.#failure;
	}

	/** Shows a trace that was recorded elsewhere, and puts its prompt into the editor. */
	showRecording(trace: Trace, prompt: Prompt, draft: PromptDraft): void {
		this.#draft = draft;
		this.#result = { trace, promptKey: toPromptKey(prompt), totalMs: null };
	}

	/** Shows the same prompt with other tokens behind it. */
	showContinuation(trace: LiveTrace): void {
		if (this.#result) this.#show({ ...this.#result, trace });
		else discard(trace);
	}

	edit(draft: Partial<PromptDraft>): void {
		this.#draft = { ...this.#draft, ...draft };
	}

	/** Runs after a pause; another call starts the pause anew. */
	schedule(pauseMs = 100): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => {
			if (!this.isEmpty) void this.run();
		}, pauseMs);
	}

	/** Runs the model on the prompt in the editor. */
	run = async (): Promise<void> => {
		clearTimeout(this.#timer);
		const service = this.#model.service;
		const model = this.#model.info;
		if (!service || !model) return;
		if (this.isEmpty) {
			this.#failure = { message: 'The prompt is empty.', remedy: 'Type some text.' };
			return;
		}
		const { request, promptKey } = this;
		const controller = this.#begin();
		try {
			const run = await service.run(request, controller.signal);
			const trace = new LiveTrace(service, run, model, request.pictures);
			if (controller !== this.#controller) return discard(trace);
			this.#model.confirm();
			this.#show({ trace, promptKey, totalMs: run.totalMs });
		} catch (error) {
			this.#handle(error, controller);
		} finally {
			this.#end(controller);
		}
	};

	/** Stops what is under way. */
	stop = (): void => {
		clearTimeout(this.#timer);
		this.#controller?.abort();
		this.#controller = null;
		this.#activity = 'none';
	};

	dismissFailure = (): void => {
		this.#failure = null;
	};

	#begin(): AbortController {
		this.#controller?.abort();
		const controller = new AbortController();
		this.#controller = controller;
		this.#activity = 'running';
		this.#failure = null;
		return controller;
	}

	#end(controller: AbortController): void {
		if (controller !== this.#controller) return;
		this.#controller = null;
		this.#activity = 'none';
	}

	#show(result: Result): void {
		const old = this.#result?.trace;
		this.#result = result;
		if (old instanceof LiveTrace) discard(old);
	}

	#handle(error: unknown, controller: AbortController): void {
		if (controller !== this.#controller || isAbort(error)) return;
		if (isDeviceLost(error)) this.#model.replaceWorker(error as Error);
		else if (!(error instanceof Error && error.name === 'WorkerStoppedError')) {
			this.#failure = toFailure(error);
		}
	}
}

/** Frees a run that nobody shows; with a worker that is gone there is nothing to free. */
function discard(trace: LiveTrace): void {
	trace.release().catch(() => {});
}
