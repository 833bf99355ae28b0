import type { MaskEdit, MaskRule } from '../gemma3/attentionMask.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Classification } from '../trace/classification.js';
import type {
	AttentionRequest,
	HiddenStateRequest,
	LensCell,
	LensRequest,
	MaskDescription,
	ProductsRequest,
	TokenScore,
	TopLogitsRequest,
	TraceImage,
	TraceToken,
	VisionAttentionRequest,
	VisionStateRequest
} from '../trace/trace.js';
import type { GenerationService } from './generationServices.js';
import type { ModelLoadService } from './modelServices.js';

export type { LoadRequest, Progress } from './modelServices.js';

/** Types that cross the worker boundary: plain data only. */

export type Prompt =
	| { readonly kind: 'plain'; readonly text: string }
	| { readonly kind: 'chat'; readonly messages: readonly ChatMessage[] };

export interface ChatMessage {
	readonly role: 'system' | 'user' | 'assistant';
	readonly content: string | readonly ContentPart[];
}

export type ContentPart =
	| { readonly type: 'text'; readonly text: string }
	/** The next of the request's pictures. In plain text `<start_of_image>` stands for one. */
	| { readonly type: 'image' };

/** A picture file of any kind the browser can decode. */
export interface PictureFile {
	readonly name: string;
	readonly blob: Blob;
}

/** What is left out is as the checkpoint's image processor is set up. */
export interface PanAndScanSettings {
	readonly doPanAndScan?: boolean;
	/** Pixels. */
	readonly panAndScanMinCropSize?: number;
	readonly panAndScanMaxNumCrops?: number;
	readonly panAndScanMinRatioToActivate?: number;
}

export interface RunRequest {
	readonly prompt: Prompt;
	/** In the order of their places in the prompt. */
	readonly pictures?: readonly PictureFile[];
	readonly panAndScan?: PanAndScanSettings;
	readonly maskRule?: MaskRule;
	readonly edits?: readonly MaskEdit[];
}

/** A picture as the model sees it, without its pixels. */
export interface PictureInfo {
	readonly name: string;
	/** Upright, source pixels. */
	readonly width: number;
	readonly height: number;
	/** Why crops were or were not made, in a sentence. */
	readonly panAndScan: string;
}

/** What a prompt with pictures will become, without running the model. */
export interface PromptPreview {
	readonly pictures: readonly PicturePreview[];
	/** The prompt as it is tokenised: pictures and crops written out. */
	readonly text: string;
	readonly numTokens: number;
	/** Tokens of the same prompt with pan & scan off. */
	readonly numTokensWithoutCrops: number;
	/** As the pictures were cut: the request's settings over the checkpoint's. */
	readonly panAndScan: Required<PanAndScanSettings>;
	readonly notices: readonly string[];
}

export interface PicturePreview extends PictureInfo {
	/** The whole picture first, then its crops. */
	readonly squares: readonly PreviewSquare[];
}

/** Which tokens a prompt becomes, and what its masks follow from. */
export type TokenizedPrompt = Pick<RunSummary, 'tokens' | 'images' | 'masks'>;

/** One square as the vision tower gets it. */
export interface PreviewSquare {
	/** Where it lies in the picture, source pixels. */
	readonly box: { x: number; y: number; width: number; height: number };
	/** Side, pixels. */
	readonly size: number;
	/** RGBA, `[size, size, 4]`, row-major. */
	readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** One forward pass, kept in the worker under `id` until it is released. */
export interface RunSummary {
	readonly id: number;
	readonly tokens: readonly TraceToken[];
	readonly pictures: readonly PictureInfo[];
	readonly images: readonly TraceImage[];
	readonly masks: MaskDescription;
	/** What the reader should know though it is no error, in sentences. */
	readonly notices: readonly string[];
	/** Milliseconds in the model, and in all with tokenising. */
	readonly modelMs: number;
	readonly totalMs: number;
}

export interface ContinueRequest {
	/** The run to continue. Its tokens stay; new ones are appended. */
	readonly runId: number;
	readonly maxNewTokens: number;
}

export interface GenerationStep {
	readonly token: TraceToken;
	/** Probability of the token that was taken, temperature 1. */
	readonly probability: number;
	readonly ms: number;
}

export interface ContinueResult {
	/** The run with all tokens, new ones included; readable like any other run. */
	readonly run: RunSummary;
	/** Why it ended; `stopped` by the signal, which keeps the tokens so far. */
	readonly finishReason: 'stop_token' | 'max_new_tokens' | 'context_full' | 'stopped';
}

type OnStep = (step: GenerationStep) => void;

/** The model worker. Every method takes `(request, callback, signal)` in that order, where it has them. */
export interface InferenceService extends GenerationService, ModelLoadService {
	run(request: RunRequest, signal?: AbortSignal): Promise<RunSummary>;
	/** Decodes and cuts the pictures of a prompt and counts its tokens; the model does not run. */
	preview(request: RunRequest, signal?: AbortSignal): Promise<PromptPreview>;
	/** The tokens and masks that a prompt would have; the model does not run. */
	tokenize(request: RunRequest, signal?: AbortSignal): Promise<TokenizedPrompt>;
	generate(
		request: ContinueRequest,
		onStep?: OnStep,
		signal?: AbortSignal
	): Promise<ContinueResult>;
	attention(runId: number, request: AttentionRequest, signal?: AbortSignal): Promise<Tensor>;
	hiddenState(runId: number, request: HiddenStateRequest, signal?: AbortSignal): Promise<Tensor>;
	topLogits(
		runId: number,
		request: TopLogitsRequest,
		signal?: AbortSignal
	): Promise<readonly TokenScore[]>;
	lens(runId: number, request: LensRequest, signal?: AbortSignal): Promise<readonly LensCell[]>;
	/** Labels of a run's prompt, by the classification head that its checkpoint may have. */
	classify(runId: number, signal?: AbortSignal): Promise<Classification>;
	visionAttention(
		runId: number,
		request: VisionAttentionRequest,
		signal?: AbortSignal
	): Promise<Tensor>;
	visionState(runId: number, request: VisionStateRequest, signal?: AbortSignal): Promise<Tensor>;
	products(runId: number, request: ProductsRequest, signal?: AbortSignal): Promise<Tensor>;
	addedLengths(runId: number, signal?: AbortSignal): Promise<Tensor>;
	release(runId: number): Promise<void>;
	dispose(): Promise<void>;
}
