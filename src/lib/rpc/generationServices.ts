import type { MaskEdit } from '../gemma3/attentionMask.js';
import type { LayerType } from '../gemma3/configuration.js';
import type { SamplingOptions, StoppingOptions } from '../gemma3/generationOptions.js';
import type { LogitsStageName } from '../generation/logitsProcess.js';
import type { RandomState } from '../generation/random.js';
import type { Stop } from '../generation/stoppingCriteria.js';
import type { Tensor } from '../tensor/tensor.js';
import type { MaskDescription, TraceToken } from '../trace/trace.js';
import type { RunSummary } from './services.js';

/**
 * Generation that goes forward and back, for a page that steps through it. Plain data only. A
 * generation is held in the worker until it is ended; its calls wait for each other.
 */
export interface GenerationService {
	/** Continues a run: its prompt, pictures, mask rule and edits. The model runs the prompt. */
	startGeneration(request: StartGenerationRequest, signal?: AbortSignal): Promise<GenerationState>;
	/**
	 * Takes up to `count` tokens, 1 by default; ends early where the run ends. The signal stops it
	 * within one token and keeps those so far: then it resolves like any other call.
	 */
	stepGeneration(
		request: StepRequest,
		onStep?: OnGenerationStep,
		signal?: AbortSignal
	): Promise<GenerationState>;
	/** Goes back to `length` generated tokens. The next steps repeat the ones taken back. */
	stepBack(request: StepBackRequest, signal?: AbortSignal): Promise<GenerationState>;
	/** Takes given tokens, or those of a text, instead of the sampler's; each is a step. */
	forceTokens(
		request: ForceRequest,
		onStep?: OnGenerationStep,
		signal?: AbortSignal
	): Promise<GenerationState>;
	/** Goes to another continuation, such as a branch left earlier. What it shares is kept. */
	seekGeneration(request: SeekRequest, signal?: AbortSignal): Promise<GenerationState>;
	/** From the next token on; the model does not run. A seed restarts the random numbers. */
	setSampling(request: SetSamplingRequest, signal?: AbortSignal): Promise<GenerationState>;
	/** Replaces the mask edits; tokens that they concern, and all behind them, run again. */
	setEdits(request: SetEditsRequest, signal?: AbortSignal): Promise<GenerationState>;
	/** Attention and states of the newest token. */
	readStep(request: ReadStepRequest, signal?: AbortSignal): Promise<StepReading>;
	/** All tokens so far as a run, readable like any other and to be released like one. */
	traceGeneration(id: number, signal?: AbortSignal): Promise<RunSummary>;
	endGeneration(id: number): Promise<void>;
}

export type OnGenerationStep = (step: StepRecord) => void;

export interface StartGenerationRequest extends StoppingOptions {
	readonly runId: number;
	/** What is left out is as the checkpoint's generation_config.json says. */
	readonly sampling?: Partial<SamplingOptions>;
	/** 0 by default. */
	readonly seed?: number;
}

export interface StepRequest {
	readonly id: number;
	/** `Infinity` plays on. */
	readonly count?: number;
	/** Goes on behind tokens that end the run. */
	readonly ignoreStop?: boolean;
	/** When this token and those behind it end the run; as before when absent. */
	readonly stopping?: StoppingOptions;
}

export interface StepBackRequest {
	readonly id: number;
	/** Generated tokens that stay. */
	readonly length: number;
}

export interface ForceRequest {
	readonly id: number;
	/** This, or `text`. */
	readonly tokenIds?: readonly number[];
	readonly text?: string;
}

export interface SeekRequest {
	readonly id: number;
	/** All generated tokens of the other continuation. */
	readonly tokenIds: readonly number[];
	/** Records of steps taken before, by index; they are kept where the tokens are the same. */
	readonly steps?: readonly StepRecord[];
	/** Before the next draw; unchanged when absent. */
	readonly randomState?: RandomState;
}

export interface SetSamplingRequest {
	readonly id: number;
	readonly sampling: Partial<SamplingOptions>;
	readonly seed?: number;
}

export interface SetEditsRequest {
	readonly id: number;
	readonly edits: readonly MaskEdit[];
}

export interface ReadStepRequest {
	readonly id: number;
	/** All when absent. */
	readonly layers?: readonly number[];
}

/** One token that could come, through the stages of the sampler. */
export interface Candidate {
	readonly id: number;
	readonly text: string;
	/** As the model gave it. */
	readonly logit: number;
	/** Among what a stage left; null where that stage, or one before it, filtered the token out. */
	readonly probabilities: Readonly<Record<LogitsStageName, number | null>>;
}

/** What a token is taken from. */
export interface DistributionSummary {
	/** The likeliest 20 by the model, best first, and the token that was taken. */
	readonly candidates: readonly Candidate[];
	/** Tokens left after each stage. */
	readonly kept: Readonly<Record<LogitsStageName, number>>;
	readonly sampling: SamplingOptions;
}

/** One generated token. */
export interface StepRecord {
	/** Counts from 0. */
	readonly index: number;
	readonly token: TraceToken;
	/** Taken by the reader, not by the sampler. */
	readonly forced: boolean;
	/** After the last stage; 0 where the reader took one that was filtered out. */
	readonly probability: number;
	/** Null for a token that came in by `seekGeneration` without a record. */
	readonly distribution: DistributionSummary | null;
	/** Why the run ends with this token, or null. */
	readonly stop: Stop | null;
	/** Of the model and the sampler. */
	readonly ms: number;
	/** Before the draw. */
	readonly randomState: RandomState;
}

export interface GenerationState {
	readonly id: number;
	/** Tokens that were there at the start. */
	readonly promptLength: number;
	/** Prompt and generated tokens. */
	readonly tokens: readonly TraceToken[];
	/** One a generated token. */
	readonly steps: readonly StepRecord[];
	/** What the next token would be taken from. */
	readonly next: DistributionSummary;
	readonly sampling: SamplingOptions;
	/** Before the next draw. */
	readonly randomState: RandomState;
	readonly masks: MaskDescription;
	/** Why the run ends with the newest token, or null; one may step on. */
	readonly stop: Stop | null;
	readonly cache: CacheState;
}

export interface CacheState {
	/** Tokens that have run. */
	readonly length: number;
	readonly layers: readonly CacheLayer[];
	/** Of all layers. */
	readonly byteLength: number;
	/** What a model of only global layers would take. */
	readonly byteLengthIfAllGlobal: number;
}

export interface CacheLayer {
	readonly kind: LayerType;
	/** Tokens that there is room for. */
	readonly capacity: number;
	/** Positions whose keys and values are there, half-open. */
	readonly held: { readonly start: number; readonly end: number };
	readonly byteLength: number;
}

/** What the newest token saw and became. */
export interface StepReading {
	readonly position: number;
	/** One a layer asked for, `[heads, position + 1]`; 0 for keys that a local layer has dropped. */
	readonly attentions: readonly Tensor[];
	/** `[hiddenSize]` each: the scaled embedding first, then the layers asked for, the last one after the final norm. */
	readonly hiddenStates: readonly Tensor[];
}
