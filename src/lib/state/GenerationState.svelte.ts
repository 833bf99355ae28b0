import type { MaskEdit } from '../gemma3/attentionMask.js';
import type { StoppingOptions } from '../gemma3/generationOptions.js';
import type { GenerationState as WorkerState } from '../rpc/generationServices.js';
import { sleep } from './sleep.js';
import { LiveTrace } from '../trace/liveTrace.js';
import { toFailure, type Failure } from './failure.js';
import { GenerationDriver, type SeenByToken } from './GenerationDriver.svelte.js';
import { GenerationFollower } from './GenerationFollower.svelte.js';
import { GenerationHistories } from './GenerationHistories.svelte.js';
import {
	branchPath,
	isSettledAhead,
	moveTo,
	removeBranch,
	switchTo,
	type GenerationHistory,
	type Settings
} from './generationHistory.js';
import { toHistoryKey } from './generationKey.js';
import type { GenerationLink } from './generationLink.js';
import { GenerationSight } from './GenerationSight.svelte.js';
import { JobQueue, type Job, type JobOutcome } from './JobQueue.svelte.js';
import type { ModelState } from './ModelState.svelte.js';
import { replayBranch, type Replay } from './replayBranch.js';
import type { RunState } from './RunState.svelte.js';

/** Steps that the speed is measured over. */
const measured = 16;

/**
 * Generation, one token at a time, from the shown prompt: forward, back, and along branches. Every
 * step stays here on the page, whatever becomes of the worker; the worker is brought to wherever the
 * reader is when a token is wanted. Prompts that were left keep their branches.
 */
export class GenerationState {
	#failure = $state.raw<Failure | null>(null);
	#replay = $state.raw<Replay | null>(null);
	#pace = $state(0);
	#stopping = $state.raw<StoppingOptions>({});
	/** Changes of the sampler that wait for their turn. */
	#sampling: Partial<Settings['sampling']> | null = null;
	readonly #model: ModelState;
	readonly #run: RunState;
	readonly #histories = new GenerationHistories();
	readonly #queue = new JobQueue<'working' | 'playing'>();
	readonly #driver: GenerationDriver;
	readonly #follower: GenerationFollower;
	readonly #sight: GenerationSight;

	/** The prompt that is continued; null without one. */
	readonly key = $derived.by(() => this.#run.trace && toHistoryKey(this.#run.trace));
	readonly history = $derived.by(() => this.#histories.of(this.key));
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
	/** Why the run ends with the newest token, or null. */
	readonly stop = $derived(this.newest?.step.record.stop ?? null);
	/** The next step of the branch is what would be taken now: a setting that was changed leaves it. */
	readonly isAhead = $derived(isSettledAhead(this.history));
	/** Tokens a second, over the newest ones. */
	readonly tokensPerSecond = $derived.by(() => {
		const steps = this.taken.slice(-measured);
		const ms = steps.reduce((sum, { step }) => sum + step.record.ms, 0);
		return ms > 0 ? (1000 * steps.length) / ms : null;
	});

	constructor(model: ModelState, run: RunState) {
		this.#model = model;
		this.#run = run;
		this.#driver = new GenerationDriver(model, run, this.#histories);
		this.#follower = new GenerationFollower(this.#driver, run);
		this.#sight = new GenerationSight(this.#driver, this);
	}

	get activity(): 'none' | 'working' | 'playing' {
		return this.#queue.activity;
	}

	get failure(): Failure | null {
		return this.#failure;
	}

	/** What comes next and what the cache holds, if the worker has said it of the newest token. */
	get answer(): WorkerState | null {
		const { answer } = this.#driver;
		return answer?.node === (this.newest?.id ?? null) ? answer.state : null;
	}

	/** The same of the token asked about last. */
	get lastAnswer(): WorkerState | null {
		return this.#driver.answer?.state ?? null;
	}

	/** What the newest token saw; of an earlier one while the answer is on its way. */
	get seen(): SeenByToken | null {
		return this.#sight.seen;
	}

	get replay(): Replay | null {
		return this.#replay?.tip === this.history.tip ? this.#replay : null;
	}

	/** Tokens a second when playing; 0 as fast as they come. */
	get pace(): number {
		return this.#pace;
	}

	set pace(pace: number) {
		const wasPlaying = this.activity === 'playing';
		this.#pace = pace;
		if (wasPlaying) this.#again(() => Promise.resolve());
	}

	/** Where the run ends, from the next token on; what is left out is as the checkpoint says. */
	get stopping(): StoppingOptions {
		return this.#stopping;
	}

	set stopping(stopping: StoppingOptions) {
		this.#stopping = stopping;
		if (this.activity === 'playing') this.#again(() => Promise.resolve());
	}

	/** Asks the model for what could come, without taking a token. */
	prepare = (): Promise<unknown> => this.#do('working', (signal) => this.#sync(signal));

	/** Brings the worker to where the reader is. */
	goThere = (): Promise<JobOutcome> => this.#do(null, (signal) => this.#sync(signal));

	/** Goes along the branch; behind its end takes a token, over the end of a run too. */
	stepForward = (): Promise<unknown> => {
		if (this.#queue.isIdle && this.isAhead) {
			this.goTo(this.history.length + 1);
			return Promise.resolve();
		}
		return this.#do('working', async (signal) => {
			if (this.isAhead) return this.#change((now) => moveTo(now, now.length + 1));
			await this.#sync(signal);
			await this.#driver.advance(1, { ignoreStop: true, stopping: this.#stopping }, signal);
		});
	};

	/** One token back at once; the worker follows when it is asked. */
	stepBack = (): void => this.goTo(this.history.length - 1);

	/** To so many tokens of the branch. */
	goTo = (length: number): void => {
		this.pause();
		this.#change((history) => moveTo(history, length));
	};

	/** To another branch, at its end or at so many tokens. */
	switchTo = (tip: number, length?: number): void => {
		this.pause();
		this.#change((history) => switchTo(history, tip, length));
	};

	removeBranch = (start: number): void => {
		this.pause();
		this.#change((history) => removeBranch(history, start));
	};

	/**
	 * Token after token, along the branch and on behind its end, until the run ends or it is paused.
	 * A run that has ended goes on, to where it ends again; a limit that was passed is no end.
	 */
	play = (): Promise<unknown> =>
		this.#do('playing', async (signal) => {
			let ignoreStop = this.stop !== null;
			const isOverLimit = this.stop?.reason === 'max_new_tokens';
			const stopping = { ...this.#stopping, ...(isOverLimit && { maxNewTokens: null }) };
			for (let due = performance.now(); ; due += 1000 / this.#pace) {
				if (this.#pace > 0) await sleep(due - performance.now(), signal);
				signal.throwIfAborted();
				const before = this.history.length;
				if (this.isAhead) this.#change((now) => moveTo(now, before + 1));
				else {
					await this.#sync(signal);
					const count = this.#pace > 0 || ignoreStop ? 1 : Infinity;
					await this.#driver.advance(count, { ignoreStop, stopping }, signal);
					if (count === Infinity || this.history.length === before) return;
				}
				ignoreStop = false;
				if (this.stop !== null) return;
			}
		});

	/** Stops within a token; what came stays. */
	pause = (): void => {
		this.#queue.stop();
	};

	toggle = (): void => {
		if (this.activity === 'playing') this.pause();
		else void this.play();
	};

	/** Takes a token in place of the sampler's, behind the first `length` tokens. */
	choose = (tokenId: number, length: number): Promise<unknown> => {
		this.goTo(length);
		return this.#force({ tokenIds: [tokenId] });
	};

	/** Takes the tokens of a text. */
	force = (text: string): Promise<unknown> => this.#force({ text });

	/** From the next token on. */
	setSampling = (sampling: Partial<Settings['sampling']>): void => {
		const wanted = { ...this.#sampling, ...sampling };
		this.#sampling = wanted;
		this.#again(async (signal) => {
			// A later change takes this one along.
			if (this.#sampling !== wanted) return;
			this.#sampling = null;
			await this.#sync(signal);
			this.#change(({ settings, ...history }) => ({
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
			this.#change((history) => ({ ...history, seed }));
			await this.#driver.reseed(seed, signal);
		});

	/** Masks of coming tokens. */
	setEdits = (edits: readonly MaskEdit[]): void =>
		this.#again(async (signal) => {
			await this.#sync(signal);
			this.#change(({ settings, ...history }) => ({
				...history,
				settings: settings && { ...settings, edits }
			}));
			await this.#sync(signal);
		});

	/** Makes the branch again from its first token and says whether the same tokens come. */
	runAgain = (): Promise<unknown> =>
		this.#do('working', async (signal) => {
			const goTo = (move: (history: GenerationHistory) => GenerationHistory) => {
				this.#change(move);
				return this.#sync(signal);
			};
			this.#replay = await replayBranch(this.#driver, this.history, goTo, signal);
		});

	/** Asks what the newest token saw in some layers. One question at a time; the latest counts. */
	look = (layers: readonly number[]): Promise<void> => this.#sight.look(layers);

	/** Shows the tokens so far in the page's other pictures. */
	follow = async (): Promise<void> => {
		await this.#do(null, async (signal) => {
			if (this.isFollowed) return;
			await this.#sync(signal);
			await this.#follower.show(this.history, signal);
		});
	};

	/** The other pictures show these tokens, under these masks. */
	get isFollowed(): boolean {
		return this.#follower.isAt(this.history);
	}

	dismissFailure = (): void => {
		this.#failure = null;
	};

	#change(change: (history: GenerationHistory) => GenerationHistory): void {
		this.#histories.change(this.key, change);
	}

	/** A change in mid-run: playing pauses for it, and goes on. */
	#again(job: Job): void {
		const wasPlaying = this.activity === 'playing';
		if (wasPlaying) this.pause();
		void this.#do('working', job);
		if (wasPlaying) void this.play();
	}

	/** Puts a job in the queue; a prompt that was left takes its jobs along. */
	#do(activity: 'working' | 'playing' | null, job: Job): Promise<JobOutcome> {
		const { key } = this;
		return this.#queue.run(
			activity,
			async (signal) => {
				await job(signal);
				this.#model.confirm();
			},
			{
				mayRun: () => key !== null && key === this.key && this.canGenerate,
				onStart: () => (this.#failure = null),
				onError: this.onError
			}
		);
	}

	/** Brings the worker to where the reader is. */
	#sync(signal: AbortSignal): Promise<WorkerState> {
		return this.#driver.sync(this.key!, signal);
	}

	#force(tokens: Parameters<GenerationLink['force']>[0]): Promise<unknown> {
		return this.#do('working', async (signal) => {
			await this.#sync(signal);
			await this.#driver.force(tokens, signal);
		});
	}

	/** Says what went wrong; a worker that is gone is replaced. */
	onError = (error: unknown): void => {
		const { message, name } = error instanceof Error ? error : { message: '', name: '' };
		const isLost = name === 'DeviceLostError' || /device (was )?lost/i.test(message);
		if (isLost) this.#model.replaceWorker(error as Error);
		const isGone = isLost || name === 'WorkerStoppedError';
		const count = this.#histories.of(this.key).tree.nodes.size;
		const kept = `All ${count} tokens are kept: step or play to go on from here.`;
		this.#failure = isGone && count > 0 ? { ...toFailure(error), remedy: kept } : toFailure(error);
	};
}
