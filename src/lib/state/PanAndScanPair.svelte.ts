import type { TokenizedPrompt } from '../rpc/services.js';
import type { Failure } from './failure.js';
import { Latest } from './Latest.svelte.js';
import type { ModelState } from './ModelState.svelte.js';
import type { RunState } from './RunState.svelte.js';

interface Pair {
	readonly on: TokenizedPrompt;
	readonly off: TokenizedPrompt;
}

/** The prompt in the editor as the model would read it with pan & scan and without; nothing is run. */
export class PanAndScanPair {
	readonly #answer = new Latest<Pair>();
	readonly #model: ModelState;
	readonly #run: RunState;

	constructor(model: ModelState, run: RunState) {
		this.#model = model;
		this.#run = run;
	}

	get value(): Pair | null {
		return this.#answer.value;
	}

	get failure(): Failure | null {
		return this.#answer.failure;
	}

	/** Whether there is a model that can be asked. */
	get isReady(): boolean {
		return this.#model.service !== null;
	}

	ask(): void {
		const { service } = this.#model;
		const { request } = this.#run;
		if (!service) return;
		const tokenize = (doPanAndScan: boolean, signal: AbortSignal) =>
			service.tokenize({ ...request, panAndScan: { ...request.panAndScan, doPanAndScan } }, signal);
		void this.#answer.ask(async (signal) => ({
			on: await tokenize(true, signal),
			off: await tokenize(false, signal)
		}));
	}

	leave(): void {
		this.#answer.cancel();
	}
}
