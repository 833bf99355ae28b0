import type { MaskEdit } from '../gemma3/attentionMask.js';
import type {
	GenerationState as WorkerState,
	StepReading,
	StepRecord
} from '../rpc/generationServices.js';
import { WorkerStoppedError } from '../rpc/client.js';
import { LiveTrace } from '../trace/liveTrace.js';
import { isSameEdits } from '../views/editGroups.js';
import { isSameSampling } from '../views/samplingStages.js';
import { isAbort, toFailure, type Failure } from './failure.js';
import {
	branchPath,
	cursorOf,
	emptyHistory,
	isSameStep,
	moveTo,
	noteEnding,
	removeBranch,
	switchTo,
	takeStep,
	type GenerationHistory,
	type Settings
} from './generationHistory.js';
import { toHistoryKey } from './generationKey.js';
import { GenerationLink } from './generationLink.js';
import type { ModelState } from './ModelState.svelte.js';
import type { RunState } from './RunState.svelte.js';

/** What the worker said of the token at a node. */
interface Answer {
	readonly node: number | null;
	readonly state: WorkerState;
}

interface SeenByToken {
	readonly node: number | null;
	readonly layers: readonly number[];
	readonly reading: StepReading;
}

/** What a run made again from its first token on came to. */
export interface Replay {
	readonly tip: number;
	readonly length: number;
	/** Tokens that came out the same, up to the first that did not. */
	readonly same: number;
	/** Largest difference of a taken token's probability. */
	readonly largestDifference: number;
}

/** Steps that the speed is measured over. */
const measured = 16;

/**
 * Generation, one token at a time, from the shown prompt: forward, back, and along branches. Every
 * step stays here on the page, whatever becomes of the worker; the worker is brought to wherever the
 * reader is when a token is wanted. Prompts that were left keep their branches.
 */
export class GenerationState {
	/** By prompt. */
	#histories = $state.raw<Readonly<Record<string, GenerationHistory>>>({});
	#activity = $state<'none' | 'working' | 'playing'>('none');
	#failure = $state.raw<Failure | null>(null);
	#answer = $state.raw<Answer | null>(null);
	#seen = $state.raw<SeenByToken | null>(null);
	#replay = $state.raw<Replay | null>(null);
	#pace = $state(0);
	#link: GenerationLink | null = null;
	/** Changes of the sampler that wait for their turn. */
	#sampling: Partial<Settings['sampling']> | null = null;
	#tail: Promise<void> = Promise.resolve();
	/** Of what is under way and of what waits for it. */
	#controllers: readonly AbortController[] = [];
	#wanted: readonly number[] | null = null;
	#isLooking = false;
	#followed: { node: number | null; edits: readonly MaskEdit[]; trace: LiveTrace } | null = null;
	readonly #model: ModelState;
	readonly #run: RunState;

	/** The prompt that is continued; null without one. */
	readonly key = $derived.by(() => this.#run.trace && toHistoryKey(this.#run.trace));
	readonly history = $derived.by(() => this.#historyOf(this.key));
	/** The branch that is looked at, to its end. */
	readonly path = $derived(branchPath(this.history));
	/** Its tokens up to the newest one. */
	readonly taken = $derived(this.path.slice(0, this.history.length));
	readonly newest = $derived(this.taken.at(-1) ?? null);
	/** There is a model to ask, and it is asked nothing else. */
	readonly canGenerate = $derived.by(
		() =>
			this.#model.status === 'ready' &&
			this.#run.trace instanceof LiveTrace &&
			!this.#run.isStale &&
			this.#run.activity === 'none'
	);
	/** Why the run has ended, or null. */
	readonly stop = $derived(
		this.taken.find(({ step }) => step.record.stop !== null)?.step.record.stop ?? null
	);
	/** The next step of the branch is what would be taken now: a setting that was changed leaves it. */
	readonly isAhead = $derived.by(() => {
		const ahead = this.path[this.history.length]?.step;
		const { settings } = this.history;
		if (!ahead || !settings) return false;
		const { distribution, randomState } = ahead.record;
		return (
			isSameEdits(ahead.edits, settings.edits) &&
			(!distribution || isSameSampling(distribution.sampling, settings.sampling)) &&
			(!settings.sampling.doSample || settings.randomState?.join() === randomState.join())
		);
	});
	/** Tokens a second, over the newest ones. */
	readonly tokensPerSecond = $derived.by(() => {
		const steps = this.taken.slice(-measured);
		const ms = steps.reduce((sum, { step }) => sum + step.record.ms, 0);
		return ms > 0 ? (1000 * steps.length) / ms : null;
	});

	constructor(model: ModelState, run: RunState) {
		this.#model = model;
		this.#run = run;
	}

	get activity(): 'none' | 'working' | 'playing' {
		return this.#activity;
	}

	get failure(): Failure | null {
		return this.#failure;
	}

	/** What comes next and what the cache holds, if the worker has said it of the newest token. */
	get answer(): WorkerState | null {
		return this.#answer?.node === (this.newest?.id ?? null) ? this.#answer.state : null;
	}

	/** The same of the token asked about last. */
	get lastAnswer(): WorkerState | null {
		return this.#answer?.state ?? null;
	}

	/** What the newest token saw; of an earlier one while the answer is on its way. */
	get seen(): SeenByToken | null {
		return this.#seen;
	}

	get replay(): Replay | null {
		return this.#replay?.tip === this.history.tip ? this.#replay : null;
	}

	/** Tokens a second when playing; 0 as fast as they come. */
	get pace(): number {
		return this.#pace;
	}

	set pace(pace: number) {
		const wasPlaying = this.#activity === 'playing';
		this.#pace = pace;
		if (wasPlaying) this.#again(() => Promise.resolve());
	}

	/** Asks the model for what could come, without taking a token. */
	prepare = (): Promise<void> =>
		this.#do('working', async (signal) => void (await this.#sync(signal)));

	/** Goes along the branch; behind its end takes a token, over the end of a run too. */
	stepForward = (): Promise<void> => {
		if (this.#controllers.length === 0 && this.isAhead) {
			this.goTo(this.history.length + 1);
			return this.#tail;
		}
		return this.#do('working', async (signal) => {
			if (this.isAhead) return this.#change(this.key, (now) => moveTo(now, now.length + 1));
			await this.#sync(signal);
			await this.#advance(1, true, signal);
		});
	};

	/** One token back at once; the worker follows when it is asked. */
	stepBack = (): void => this.goTo(this.history.length - 1);

	/** To so many tokens of the branch. */
	goTo = (length: number): void => {
		this.pause();
		this.#change(this.key, (history) => moveTo(history, length));
	};

	/** To another branch, at its end or at so many tokens. */
	switchTo = (tip: number, length?: number): void => {
		this.pause();
		this.#change(this.key, (history) => switchTo(history, tip, length));
	};

	removeBranch = (start: number): void => {
		this.pause();
		this.#change(this.key, (history) => removeBranch(history, start));
	};

	/**
	 * Token after token, along the branch and on behind its end, until the run ends or it is paused.
	 * A run that has ended goes on.
	 */
	play = (): Promise<void> =>
		this.#do('playing', async (signal) => {
			const ignoreStop = this.stop !== null;
			for (let due = performance.now(); ; due += 1000 / this.#pace) {
				if (this.#pace > 0) await sleep(due - performance.now(), signal);
				signal.throwIfAborted();
				const before = this.history.length;
				if (this.isAhead) this.#change(this.key, (now) => moveTo(now, before + 1));
				else {
					await this.#sync(signal);
					await this.#advance(this.#pace > 0 ? 1 : Infinity, ignoreStop, signal);
					if (this.#pace === 0 || this.history.length === before) return;
				}
				if (this.stop !== null && !ignoreStop) return;
			}
		});

	/** Stops within a token; what came stays. */
	pause = (): void => {
		for (const controller of this.#controllers) controller.abort();
	};

	toggle = (): void => {
		if (this.#activity === 'playing') this.pause();
		else void this.play();
	};

	/** Takes a token in place of the sampler's, behind the first `length` tokens. */
	choose = (tokenId: number, length: number): Promise<void> => {
		this.goTo(length);
		return this.#force({ tokenIds: [tokenId] });
	};

	/** Takes the tokens of a text. */
	force = (text: string): Promise<void> => this.#force({ text });

	/** From the next token on. */
	setSampling = (sampling: Partial<Settings['sampling']>): void => {
		const wanted = { ...this.#sampling, ...sampling };
		this.#sampling = wanted;
		this.#again(async (signal) => {
			// A later change takes this one along.
			if (this.#sampling !== wanted) return;
			this.#sampling = null;
			await this.#sync(signal);
			this.#change(this.key, ({ settings, ...history }) => ({
				...history,
				settings: settings && { ...settings, sampling: { ...settings.sampling, ...wanted } }
			}));
			await this.#sync(signal);
		});
	};

	/** Random numbers start anew from a seed, from the next token on. */
	setSeed = (seed: number): void =>
		this.#again(async (signal) => {
			await this.#sync(signal);
			this.#change(this.key, (history) => ({ ...history, seed }));
			this.#settle(await this.#link!.reseed(seed, signal), true);
		});

	/** Masks of coming tokens. */
	setEdits = (edits: readonly MaskEdit[]): void =>
		this.#again(async (signal) => {
			await this.#sync(signal);
			this.#change(this.key, ({ settings, ...history }) => ({
				...history,
				settings: settings && { ...settings, edits }
			}));
			await this.#sync(signal);
		});

	/** Makes the branch again from its first token and says whether the same tokens come. */
	runAgain = (): Promise<void> =>
		this.#do('working', async (signal) => {
			const { path, history } = this;
			let same = 0;
			let largestDifference = 0;
			for (const { step } of path) {
				this.#change(this.key, (now) => moveTo(now, same));
				await this.#sync(signal);
				const { record } = step;
				const state = record.forced
					? await this.#forceNow({ tokenIds: [record.token.id] }, signal)
					: await this.#advance(1, true, signal);
				const made = state.steps.at(-1)!;
				largestDifference = Math.max(
					largestDifference,
					Math.abs(made.probability - record.probability)
				);
				if (!isSameStep({ record: made, edits: step.edits }, step)) break;
				same++;
			}
			this.#replay = { tip: history.tip!, length: path.length, same, largestDifference };
		});

	/** Asks what the newest token saw in some layers. One question at a time; the latest counts. */
	look = async (layers: readonly number[]): Promise<void> => {
		this.#wanted = layers;
		if (this.#isLooking) return;
		this.#isLooking = true;
		try {
			while (this.#wanted) {
				const wanted: readonly number[] = this.#wanted;
				this.#wanted = null;
				if (this.#activity !== 'playing') {
					await this.#do(null, async (signal) => void (await this.#sync(signal)));
				}
				await this.#read(wanted);
			}
		} finally {
			this.#isLooking = false;
		}
	};

	/** Shows the tokens so far in the page's other pictures. */
	follow = (): Promise<void> =>
		this.#do(null, async (signal) => {
			const { trace } = this.#run;
			if (!(trace instanceof LiveTrace) || this.isFollowed) return;
			await this.#sync(signal);
			const link = this.#link!;
			const node = cursorOf(this.history);
			const { edits } = this.history.settings!;
			const summary = await link.service.traceGeneration(link.id, signal);
			const next = new LiveTrace(link.service, summary, trace.model, trace.files);
			if (this.#run.trace !== trace) return void next.release().catch(() => {});
			this.#followed = { node, edits, trace: next };
			this.#run.showContinuation(next);
		});

	/** The other pictures show these tokens, under these masks. */
	get isFollowed(): boolean {
		const { trace } = this.#run;
		const { settings, length } = this.history;
		if (this.#followed?.trace === trace) {
			return (
				this.#followed?.node === (this.newest?.id ?? null) &&
				isSameEdits(this.#followed.edits, settings?.edits ?? [])
			);
		}
		return length === 0 && (trace?.tokens.every(({ step }) => step === null) ?? true);
	}

	dismissFailure = (): void => {
		this.#failure = null;
	};

	#historyOf(key: string | null): GenerationHistory {
		return (key !== null && this.#histories[key]) || emptyHistory;
	}

	#change(key: string | null, change: (history: GenerationHistory) => GenerationHistory): void {
		if (key === null) return;
		const history = this.#historyOf(key);
		const changed = change(history);
		if (changed === history) return;
		this.#histories = { ...this.#histories, [key]: changed };
	}

	/** A change in mid-run: playing pauses for it, and goes on. */
	#again(job: (signal: AbortSignal) => Promise<void>): void {
		const wasPlaying = this.#activity === 'playing';
		if (wasPlaying) this.pause();
		void this.#do('working', job);
		if (wasPlaying) void this.play();
	}

	/** One job after the other; a prompt that was left takes its jobs along. */
	#do(
		activity: 'working' | 'playing' | null,
		job: (signal: AbortSignal) => Promise<unknown>
	): Promise<void> {
		const controller = new AbortController();
		const { key } = this;
		if (activity) this.#controllers = [...this.#controllers, controller];
		const done = this.#tail.then(async () => {
			const { signal } = controller;
			try {
				if (signal.aborted || key === null || key !== this.key || !this.canGenerate) return;
				if (activity) {
					this.#activity = activity;
					this.#failure = null;
				}
				await job(signal);
				this.#model.confirm();
			} catch (error) {
				if (!signal.aborted || !isAbort(error)) this.#handle(error);
			} finally {
				this.#controllers = this.#controllers.filter((other) => other !== controller);
				if (activity) this.#activity = 'none';
			}
		});
		this.#tail = done;
		return done;
	}

	/** Brings the worker to where the reader is. */
	async #sync(signal: AbortSignal): Promise<WorkerState> {
		const { key } = this;
		const link = await this.#getLink(key!, signal);
		const history = this.#historyOf(key);
		const steps = branchPath(history)
			.slice(0, history.length)
			.map(({ step }) => step);
		const node = cursorOf(history);
		const state = await link.sync({ node, steps, settings: history.settings! }, signal);
		this.#settle(state);
		return state;
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
			const { settings, seed } = this.#historyOf(key);
			const state = await service.startGeneration(
				{ runId, seed, ...(settings && { sampling: settings.sampling }) },
				signal
			);
			this.#link = new GenerationLink(service, key, state);
			if (!settings) this.#change(key, (history) => withFirst(history, state));
			return this.#link;
		} finally {
			if (!isPrompt) service.release(runId).catch(() => {});
		}
	}

	async #advance(count: number, ignoreStop: boolean, signal: AbortSignal): Promise<WorkerState> {
		const link = this.#link!;
		const take = this.#taker(link, signal);
		return take(await link.step(count, ignoreStop, take.one, signal));
	}

	#force(tokens: Parameters<GenerationLink['force']>[0]): Promise<void> {
		return this.#do('working', async (signal) => {
			await this.#sync(signal);
			await this.#forceNow(tokens, signal);
		});
	}

	async #forceNow(
		tokens: Parameters<GenerationLink['force']>[0],
		signal: AbortSignal
	): Promise<WorkerState> {
		const link = this.#link!;
		const take = this.#taker(link, signal);
		return take(await link.force(tokens, take.one, signal));
	}

	/**
	 * Takes steps into the tree as they come; at the end, those that the answer has and no callback
	 * brought. Callbacks may come behind the answer, which then has told all.
	 */
	#taker(link: GenerationLink, signal: AbortSignal) {
		const { edits } = this.#historyOf(link.key).settings!;
		let isOpen = true;
		const one = (record: StepRecord) => {
			const history = this.#historyOf(link.key);
			const length = link.node === null ? 0 : (history.tree.nodes.get(link.node)?.length ?? -1);
			if (!isOpen || record.index !== length) return;
			const isWithReader = !signal.aborted && cursorOf(history) === link.node;
			const taken = takeStep(history, link.node, { record, edits }, isWithReader);
			link.node = taken.node.id;
			this.#change(link.key, () => taken.history);
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
		this.#change(key, (history) => {
			const isWithReader = cursorOf(history) === node;
			const ending = { sampling, edits, randomState };
			return isWithReader ? noteEnding(history, node, ending, isChange) : history;
		});
		this.#answer = { node, state };
	}

	async #read(layers: readonly number[]): Promise<void> {
		const link = this.#link;
		if (!link || link.service !== this.#model.service || link.key !== this.key) return;
		try {
			const reading = await link.service.readStep({ id: link.id, layers });
			const { promptLength } = this.#answer!.state;
			const node = branchPath(this.#historyOf(link.key))[reading.position - promptLength]?.id;
			this.#seen = { node: node ?? null, layers, reading };
		} catch (error) {
			this.#handle(error);
		}
	}

	#handle(error: unknown): void {
		const { message, name } = error instanceof Error ? error : { message: '', name: '' };
		const isLost = name === 'DeviceLostError' || /device (was )?lost/i.test(message);
		if (isLost) this.#model.replaceWorker(error as Error);
		const isGone = isLost || name === 'WorkerStoppedError';
		const count = this.#historyOf(this.key).tree.nodes.size;
		const kept = `All ${count} tokens are kept: step or play to go on from here.`;
		this.#failure = isGone && count > 0 ? { ...toFailure(error), remedy: kept } : toFailure(error);
	}
}

/** The settings that the checkpoint starts with. */
function withFirst(history: GenerationHistory, state: WorkerState): GenerationHistory {
	const { sampling, randomState, masks } = state;
	const settings = { sampling, randomState, edits: masks.edits };
	const numFirstEdits = masks.edits.length;
	return noteEnding({ ...history, settings, numFirstEdits }, null, settings, true);
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(resolve, Math.max(0, ms));
		signal.addEventListener('abort', () => {
			clearTimeout(timer);
			reject(signal.reason);
		});
	});
}
