import type { Prompt } from '../rpc/services.js';
import { LiveTrace } from '../trace/liveTrace.js';
import { isAbort, toFailure, type Failure } from './failure.js';
import type { ModelState } from './ModelState.svelte.js';

/** Another prompt, run beside the one in the editor: its trace lives until the next one's comes. */
export class SecondPrompt {
	#trace = $state.raw<LiveTrace | null>(null);
	#failure = $state.raw<Failure | null>(null);
	#isRunning = $state(false);
	#controller: AbortController | null = null;
	readonly #model: ModelState;

	constructor(model: ModelState) {
		this.#model = model;
	}

	/** Null before the first run, and once the model that made it is gone. */
	get trace(): LiveTrace | null {
		const { service } = this.#model;
		return service && this.#trace?.isHeldBy(service) ? this.#trace : null;
	}

	get failure(): Failure | null {
		return this.#failure;
	}

	get isRunning(): boolean {
		return this.#isRunning;
	}

	/** Whether there is a model to run. */
	get isReady(): boolean {
		return this.#model.service !== null;
	}

	async run(prompt: Prompt): Promise<void> {
		const { service, info } = this.#model;
		if (!service || !info) return;
		this.leave();
		const controller = new AbortController();
		this.#controller = controller;
		this.#isRunning = true;
		this.#failure = null;
		try {
			const run = await service.run({ prompt }, controller.signal);
			const trace = new LiveTrace(service, run, info);
			if (controller !== this.#controller) return discard(trace);
			this.#replace(trace);
		} catch (error) {
			if (controller === this.#controller && !isAbort(error)) this.#failure = toFailure(error);
		} finally {
			if (controller === this.#controller) {
				this.#controller = null;
				this.#isRunning = false;
			}
		}
	}

	/** Stops what is under way; the trace before it stays. */
	leave(): void {
		this.#controller?.abort();
		this.#controller = null;
		this.#isRunning = false;
	}

	/** Lets go of the trace, too. */
	release(): void {
		this.leave();
		this.#replace(null);
	}

	#replace(trace: LiveTrace | null): void {
		if (this.#trace) discard(this.#trace);
		this.#trace = trace;
	}
}

/** With a worker that is gone there is nothing to free. */
function discard(trace: LiveTrace): void {
	trace.release().catch(() => {});
}
