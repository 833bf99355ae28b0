import type { MaskEdit } from '../gemma3/attentionMask.js';
import { LiveTrace } from '../trace/liveTrace.js';
import { isSameEdits } from '../views/editGroups.js';
import type { GenerationDriver } from './GenerationDriver.svelte.js';
import { cursorOf, type GenerationHistory } from './generationHistory.js';
import type { RunState } from './RunState.svelte.js';

/** Brings the page's other pictures to the tokens of a generation. */
export class GenerationFollower {
	#shown: { node: number | null; edits: readonly MaskEdit[]; trace: LiveTrace } | null = null;
	readonly #driver: GenerationDriver;
	readonly #run: RunState;

	constructor(driver: GenerationDriver, run: RunState) {
		this.#driver = driver;
		this.#run = run;
	}

	/** Whether the other pictures show these tokens, under these masks. */
	isAt(history: GenerationHistory): boolean {
		const { trace } = this.#run;
		if (this.#shown?.trace !== trace) {
			return history.length === 0 && (trace?.tokens.every(({ step }) => step === null) ?? true);
		}
		const { node, edits } = this.#shown!;
		return node === cursorOf(history) && isSameEdits(edits, history.settings?.edits ?? []);
	}

	/** Shows the tokens so far. The worker must have been brought along. */
	async show(history: GenerationHistory, signal: AbortSignal): Promise<void> {
		const { trace } = this.#run;
		if (!(trace instanceof LiveTrace)) return;
		const next = await this.#driver.trace(trace, signal);
		if (this.#run.trace !== trace) return void next.release().catch(() => {});
		this.#shown = { node: cursorOf(history), edits: history.settings!.edits, trace: next };
		this.#run.showContinuation(next);
	}
}
