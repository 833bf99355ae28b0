import type { GenerationConfig } from '../generation/generationConfig.js';
import { createRandom, type Random, type RandomState } from '../generation/random.js';
import { greedy, sample } from '../generation/sampler.js';
import { toSamplingParameters } from '../generation/samplingParameters.js';
import { probabilities } from '../generation/softmax.js';
import type { Stop, StoppingCriteria } from '../generation/stoppingCriteria.js';
import { Mutex } from '../runtime/mutex.js';
import type { MaskEdit } from './attentionMask.js';
import { createDistribution, type Distribution } from './distribution.js';
import {
	toSamplingOptions,
	toStoppingCriteria,
	type GenerateInput,
	type SamplingOptions,
	type StoppingOptions
} from './generationOptions.js';
import { createReading, type TokenReading } from './tokenReading.js';
import { TokenSequence, type SequenceModel } from './tokenSequence.js';

/** A model that can generate. */
export interface GenerativeModel extends SequenceModel {
	readonly generationConfig: GenerationConfig;
}

/** One new token for every row of the batch. */
export interface GenerateStep {
	/** Counts from 0. */
	readonly step: number;
	/** One a row; the padding token where the row has ended. */
	readonly tokenIds: readonly number[];
	/** What the tokens were taken from. */
	readonly distribution: Distribution;
	/** Taken by the caller, not by the sampler. */
	readonly forced: boolean;
	/** The random state before the draw. */
	readonly randomState: RandomState;
	/** By row: why it ends with this token, or null. */
	readonly stops: readonly (Stop | null)[];
	/** Of the model, asked by `next` already or not, and the sampler. */
	readonly milliseconds: number;
}

/** Tokens to make room for where no limit says how many will come. */
const ROOM = 256;

type StepRecord = Pick<GenerateStep, 'tokenIds' | 'randomState' | 'stops'>;

/**
 * A generation that can go forward and back. Every method waits for the one before it. Ports the
 * loop of GenerationMixin.generate (transformers), with its positions for padded prompts and its
 * padding of rows that have ended.
 */
export class GenerationSession {
	readonly #mutex = new Mutex();
	readonly #records: StepRecord[] = [];
	#sampling: SamplingOptions;
	#stoppingCriteria: StoppingCriteria;
	/** Milliseconds that the model has taken for the step to come. */
	#modelMs = 0;
	readonly #random: Random;

	private constructor(
		readonly model: GenerativeModel,
		readonly sequence: TokenSequence,
		readonly input: GenerateInput,
		sampling: SamplingOptions,
		stoppingCriteria: StoppingCriteria
	) {
		this.#sampling = sampling;
		this.#stoppingCriteria = stoppingCriteria;
		this.#random = createRandom(input.seed ?? 0);
	}

	/**
	 * Prepares a generation; the model runs with the first step.
	 *
	 * @throws RangeError or TypeError if an input or a setting does not fit, or AbortError
	 */
	static async create(model: GenerativeModel, input: GenerateInput): Promise<GenerationSession> {
		const { generationConfig } = model;
		const sampling = toSamplingOptions(input, generationConfig);
		toSamplingParameters(sampling);
		const criteria = criteriaOf(model, input);
		// Room for what is to come, so that the memory need not move on the way.
		const limit = input.maxNewTokens ?? generationConfig.maxNewTokens ?? ROOM;
		const expectedLength = input.expectedLength ?? input.inputIds[0].length + limit;
		const sequence = await TokenSequence.create(model, input, { ...input, expectedLength });
		return new GenerationSession(model, sequence, input, sampling, criteria);
	}

	get promptLength(): number {
		return this.sequence.promptLength;
	}

	/** Tokens generated so far, of each row. */
	get length(): number {
		return this.#records.length;
	}

	get sampling(): SamplingOptions {
		return this.#sampling;
	}

	get randomState(): RandomState {
		return this.#random.state;
	}

	/** By row: why it ended, or null. */
	get stops(): readonly (Stop | null)[] {
		return this.sequence.ids.map((_, row) => {
			return this.#records.find(({ stops }) => stops[row] !== null)?.stops[row] ?? null;
		});
	}

	/** Why the run would end now, by row, without another token: only the context can be full. */
	check(): readonly (Stop | null)[] {
		return this.sequence.ids.map((ids) => this.#stoppingCriteria(ids, this.promptLength));
	}

	/** What the next token will be taken from. Runs the model if it must. */
	next(signal?: AbortSignal): Promise<Distribution> {
		return this.#mutex.run(() => this.#distribution(signal), signal);
	}

	/**
	 * Takes the next token of every row. A batch pads rows that have ended; a single row goes on.
	 *
	 * @throws RangeError if the context is full, DeviceLostError, or AbortError before anything changed
	 */
	step(signal?: AbortSignal): Promise<GenerateStep> {
		return this.#mutex.run(() => this.#take(null, signal), signal);
	}

	/** Takes these tokens, one a row, instead of the sampler's. No random number is drawn. */
	force(tokenIds: readonly number[], signal?: AbortSignal): Promise<GenerateStep> {
		return this.#mutex.run(() => this.#take(tokenIds, signal), signal);
	}

	/**
	 * Goes back to `length` generated tokens, and to the random state of that moment, so that the
	 * next steps repeat the ones taken back.
	 */
	stepBack(length = this.length - 1): Promise<void> {
		return this.#mutex.run(async () => {
			if (!Number.isInteger(length) || length < 0 || length > this.length) {
				throw new RangeError(`cannot go back to ${length} of ${this.length} generated tokens`);
			}
			this.#truncate(length);
		});
	}

	/**
	 * Goes to another continuation of the prompt. What it shares with this one is kept.
	 *
	 * @param tokenIds generated tokens, `[steps][batch]`
	 * @param randomState for the step after them; as it is when absent
	 */
	seek(tokenIds: readonly (readonly number[])[], randomState?: RandomState): Promise<void> {
		return this.#mutex.run(async () => {
			const same = this.#records.findIndex(
				(record, i) => record.tokenIds.join() !== tokenIds[i]?.join()
			);
			this.#truncate(same < 0 ? Math.min(this.length, tokenIds.length) : same);
			for (const ids of tokenIds.slice(this.length)) this.#append(ids, this.#random.state);
			if (randomState !== undefined) this.#random.restore(randomState);
		});
	}

	/** From the next token on. A seed restarts the random numbers. */
	setSampling(sampling: Partial<SamplingOptions>, seed?: number): Promise<void> {
		return this.#mutex.run(async () => {
			const merged = toSamplingOptions(sampling, this.#sampling);
			toSamplingParameters(merged);
			if (seed !== undefined) this.#random.restore(createRandom(seed).state);
			this.#sampling = merged;
		});
	}

	/**
	 * When coming tokens end the run; what is left out is as it was at the start.
	 *
	 * @throws RangeError if a limit is not a whole number above 0, or a stop string is empty
	 */
	setStopping(stopping: StoppingOptions): Promise<void> {
		return this.#mutex.run(async () => {
			this.#stoppingCriteria = criteriaOf(this.model, { ...this.input, ...stopping });
		});
	}

	/** Replaces the mask edits; tokens that they concern, and all behind them, run again when needed. */
	setEdits(edits: readonly MaskEdit[]): Promise<void> {
		return this.#mutex.run(async () => this.sequence.setEdits(edits));
	}

	/**
	 * Attention and states of the newest token. Runs it if it has not run yet, which the next step
	 * then need not do. Readable until the session changes.
	 */
	read(signal?: AbortSignal): Promise<TokenReading> {
		return this.#mutex.run(async () => {
			const pass = await this.sequence.reading(signal);
			return createReading(pass, (read) => this.#mutex.run(read));
		}, signal);
	}

	dispose(): void {
		this.sequence.dispose();
	}

	async #distribution(signal?: AbortSignal): Promise<Distribution> {
		const start = performance.now();
		const logits = await this.sequence.logits(signal);
		this.#modelMs += performance.now() - start;
		return createDistribution(
			logits,
			this.#sampling,
			this.sequence.ids.map((row) => [...row])
		);
	}

	async #take(forced: readonly number[] | null, signal?: AbortSignal): Promise<GenerateStep> {
		const { maxPositionEmbeddings, vocabSize, padTokenId } = this.model.config.textConfig;
		if (this.sequence.length >= maxPositionEmbeddings) {
			throw new RangeError(`the context of ${maxPositionEmbeddings} tokens is full`);
		}
		const distribution = await this.#distribution(signal);
		const start = performance.now();
		const modelMs = this.#modelMs;
		const randomState = this.#random.state;
		const { stops } = this;
		const tokenIds = this.sequence.ids.map((_, row) => {
			if (forced !== null) return checkToken(forced[row], vocabSize);
			if (stops[row] !== null && this.sequence.batchSize > 1) return padTokenId;
			const { logits } = distribution.stages(row);
			return this.#sampling.doSample ? sample(probabilities(logits), this.#random) : greedy(logits);
		});
		this.#append(tokenIds, randomState);
		return {
			step: this.length - 1,
			tokenIds,
			distribution,
			forced: forced !== null,
			randomState,
			stops: this.#records[this.length - 1].stops,
			milliseconds: modelMs + performance.now() - start
		};
	}

	#append(tokenIds: readonly number[], randomState: RandomState): void {
		this.#modelMs = 0;
		const ended = this.stops;
		this.sequence.append(tokenIds);
		const stops = this.sequence.ids.map((ids, row) =>
			ended[row] !== null && this.sequence.batchSize > 1
				? null
				: this.#stoppingCriteria(ids, this.promptLength)
		);
		this.#records.push({ tokenIds, randomState, stops });
	}

	#truncate(length: number): void {
		if (length === this.length) return;
		this.#modelMs = 0;
		this.#random.restore(this.#records[length].randomState);
		this.#records.length = length;
		this.sequence.truncate(this.promptLength + length);
	}
}

function criteriaOf({ generationConfig, config }: GenerativeModel, input: GenerateInput) {
	const { maxPositionEmbeddings } = config.textConfig;
	return toStoppingCriteria(input, generationConfig, maxPositionEmbeddings);
}

function checkToken(id: number, vocabSize: number): number {
	if (Number.isInteger(id) && id >= 0 && id < vocabSize) return id;
	throw new RangeError(`token ${id} is not in the vocabulary of ${vocabSize}`);
}
