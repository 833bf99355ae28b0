import type {
	GenerationState as WorkerState,
	StepReading,
	StepRecord
} from '../rpc/generationServices.js';
import { WorkerStoppedError } from '../rpc/client.js';
import { LiveTrace } from '../trace/liveTrace.js';
import { pathTo } from '../views/branchTree.js';
import type { GenerationHistories } from './GenerationHistories.svelte.js';
import {
	branchPath,
	cursorOf,
	noteEnding,
	takeStep,
	type GenerationHistory
} from './generationHistory.js';
import { GenerationLink, type StepOptions } from './generationLink.js';
import type { ModelState } from './ModelState.svelte.js';
import type { RunState } from './RunState.svelte.js';

/** What the worker said of the token at a node. */
interface Answer {
	readonly node: number | null;
	readonly state: WorkerState;
}

/** What the token at a node saw. */
export interface SeenByToken {
	readonly node: number | null;
	readonly layers: readonly number[];
	readonly reading: StepReading;
}

/** Has the worker do what the page's branches need, and takes what comes of it into them. */
export class GenerationDriver {
	#answer = $state.raw<Answer | null>(null);
	#link: GenerationLink | null = null;
	readonly #model: ModelState;
	readonly #run: RunState;
	readonly #histories: GenerationHistories;

	constructor(model: ModelState, run: RunState, histories: GenerationHistories) {
		this.#model = model;
		this.#run = run;
		this.#histories = histories;
	}

	/** What the worker said last. */
	get answer(): Answer | null {
		return this.#answer;
	}

	/** Brings the worker to where the reader of a prompt is. */
	async sync(key: string, signal: AbortSignal): Promise<WorkerState> {
		const link = await this.#getLink(key, signal);
		const history = this.#histories.of(key);
		const steps = branchPath(history)
			.slice(0, history.length)
			.map(({ step }) => step);
		const node = cursorOf(history);
		const state = await link.sync({ node, steps, settings: history.settings! }, signal);
		this.#settle(state);
		return state;
	}

	/** Takes up to `count` tokens. The worker must have been brought along. */
	async advance(count: number, options: StepOptions, signal: AbortSignal): Promise<WorkerState> {
		const link = this.#link!;
		const take = this.#taker(link, signal);
		return take(await link.step(count, options, take.one, signal));
	}

	/** Takes these tokens. The worker must have been brought along. */
	async force(
		tokens: Parameters<GenerationLink['force']>[0],
		signal: AbortSignal
	): Promise<WorkerState> {
		const link = this.#link!;
		const take = this.#taker(link, signal);
		return take(await link.force(tokens, take.one, signal));
	}

	/** Random numbers start anew. The worker must have been brought along. */
	async reseed(seed: number, signal: AbortSignal): Promise<void> {
		this.#settle(await this.#link!.reseed(seed, signal), true);
	}

	/** What the worker's newest token saw; null if it has no generation of this prompt. */
	async read(key: string, layers: readonly number[]): Promise<SeenByToken | null> {
		const link = this.#link;
		if (!link || link.service !== this.#model.service || link.key !== key) return null;
		const { node: from } = link;
		const reading = await link.service.readStep({ id: link.id, layers });
		const { tree } = this.#histories.of(key);
		const index = reading.position - this.#answer!.state.promptLength;
		// While it plays, the worker may have gone on before it read.
		const ids = [from, link.node].flatMap((node) =>
			node === null || tree.nodes.has(node) ? [pathTo(tree, node)[index]?.id] : []
		);
		return { node: ids.find((id) => id !== undefined) ?? null, layers, reading };
	}

	/** The worker's tokens as a trace. The worker must have been brought along. */
	async trace(shown: LiveTrace, signal: AbortSignal): Promise<LiveTrace> {
		const { service, id } = this.#link!;
		const summary = await service.traceGeneration(id, signal);
		return new LiveTrace(service, summary, shown.model, shown.files);
	}

	async #getLink(key: string, signal: AbortSignal): Promise<GenerationLink> {
		const { service } = this.#model;
		if (!service) throw new WorkerStoppedError('the model worker stopped');
		if (this.#link?.service === service && this.#link.key === key) return this.#link;
		if (this.#link?.service === service) this.#link.end();
		this.#link = null;
		const { trace, request } = this.#run;
		const isPrompt =
			trace instanceof LiveTrace &&
			trace.isHeldBy(service) &&
			trace.tokens.every(({ step }) => step === null);
		const runId = isPrompt ? trace.run.id : (await service.run(request, signal)).id;
		try {
			const { settings, seed } = this.#histories.of(key);
			const state = await service.startGeneration(
				{ runId, seed, ...(settings && { sampling: settings.sampling }) },
				signal
			);
			this.#link = new GenerationLink(service, key, state);
			if (!settings) this.#histories.change(key, (history) => withFirst(history, state));
			return this.#link;
		} finally {
			if (!isPrompt) service.release(runId).catch(() => {});
		}
	}

	/**
	 * Takes steps into the tree as they come; at the end, those that the answer has and no callback
	 * brought. Callbacks may come behind the answer, which then has told all.
	 */
	#taker(link: GenerationLink, signal: AbortSignal) {
		const { edits } = this.#histories.of(link.key).settings!;
		let isOpen = true;
		const one = (record: StepRecord) => {
			const history = this.#histories.of(link.key);
			const length = link.node === null ? 0 : (history.tree.nodes.get(link.node)?.length ?? -1);
			if (!isOpen || record.index !== length) return;
			const isWithReader = !signal.aborted && cursorOf(history) === link.node;
			const taken = takeStep(history, link.node, { record, edits }, isWithReader);
			link.node = taken.node.id;
			this.#histories.change(link.key, () => taken.history);
		};
		const all = (state: WorkerState) => {
			state.steps.forEach(one);
			isOpen = false;
			this.#settle(state);
			return state;
		};
		return Object.assign(all, { one });
	}

	/** Notes what the worker says of the token it is at. */
	#settle(state: WorkerState, isChange = false): void {
		const { key, node } = this.#link!;
		const { sampling, randomState } = state;
		const { edits } = state.masks;
		this.#histories.change(key, (history) => {
			const isWithReader = cursorOf(history) === node;
			const ending = { sampling, edits, randomState };
			return isWithReader ? noteEnding(history, node, ending, isChange) : history;
		});
		this.#answer = { node, state };
	}
}

/** The settings that the checkpoint starts with. */
function withFirst(history: GenerationHistory, state: WorkerState): GenerationHistory {
	const { sampling, randomState, masks } = state;
	const settings = { sampling, randomState, edits: masks.edits };
	const numFirstEdits = masks.edits.length;
	return noteEnding({ ...history, settings, numFirstEdits }, null, settings, true);
}
