import type { Gemma3Config } from '../gemma3/configuration.js';
import type { MaskEdit, MaskRule } from '../gemma3/attentionMask.js';
import type { WeightDtype } from '../tensor/packedMatrix.js';
import type { Tensor } from '../tensor/tensor.js';

/** What one forward pass, or one generation, leaves behind. Views know this interface and nothing else. */
export interface Trace {
	readonly model: ModelInfo;
	readonly tokens: readonly TraceToken[];
	readonly pictures: readonly TracePicture[];
	readonly images: readonly TraceImage[];
	readonly masks: MaskDescription;
	/** Weights after softmax, `[heads, queries, keys]`; one head: `[1, queries, keys]`. */
	attention(request: AttentionRequest, signal?: AbortSignal): Promise<Tensor>;
	/** `[positions, hiddenSize]`; layer 0 is the scaled embedding, layer N is after the final norm, as in Hugging Face. */
	hiddenState(request: HiddenStateRequest, signal?: AbortSignal): Promise<Tensor>;
	/** The likeliest next tokens after `position`, best first; `layer` gives the logit lens of that hidden state. */
	topLogits(request: TopLogitsRequest, signal?: AbortSignal): Promise<readonly TokenScore[]>;
	/** The logit lens of several layers and positions at once, `[layers, positions]`, row-major. */
	lens(request: LensRequest, signal?: AbortSignal): Promise<readonly LensCell[]>;
	/**
	 * Weights within the vision tower: of one patch `[heads, 1, patches]`, else pooled to the grid
	 * of soft tokens, `[heads, softTokens, softTokens]`. Rows sum to 1.
	 */
	visionAttention(request: VisionAttentionRequest, signal?: AbortSignal): Promise<Tensor>;
	/** States of the vision tower, `[patches, vision hiddenSize]`; layer 0 is the patch embedding. */
	visionState(request: VisionStateRequest, signal?: AbortSignal): Promise<Tensor>;
	/**
	 * q · k of one query with every key, closed ones too, before scale and mask: `[heads, keys]`.
	 * Absent where only a model could tell: a recording does not hold it.
	 */
	products?(request: ProductsRequest, signal?: AbortSignal): Promise<Tensor>;
	/**
	 * Lengths of what attention (first) and the MLP (second) of each layer added to the residual
	 * stream, after their norms: `[2, layers, positions]`. Absent from a recording.
	 */
	addedLengths?(signal?: AbortSignal): Promise<Tensor>;
}

/** What is known of a trace without asking for any of its numbers. */
export type TraceFacts = Pick<Trace, 'model' | 'tokens' | 'pictures' | 'images' | 'masks'>;

/** Half-open: `start` is in, `end` is not. */
export interface Range {
	readonly start: number;
	readonly end: number;
}

export interface AttentionRequest {
	readonly layer: number;
	/** All heads when absent. */
	readonly head?: number;
	readonly queries?: Range;
	readonly keys?: Range;
}

export interface HiddenStateRequest {
	readonly layer: number;
	readonly positions?: Range;
}

export interface ProductsRequest {
	readonly layer: number;
	readonly query: number;
}

export interface TopLogitsRequest {
	readonly position: number;
	readonly layer?: number;
	readonly k: number;
}

export interface LensRequest {
	/** Indices of hidden states: 0 is the embedding, N the last. */
	readonly layers: readonly number[];
	readonly positions: Range;
	/** Tokens a cell. */
	readonly k: number;
	/** A token whose rank is wanted. */
	readonly token?: number;
}

/** What a hidden state, sent through the final norm and the head, says comes next. */
export interface LensCell {
	/** Likeliest first. */
	readonly scores: readonly TokenScore[];
	/** KL(last layer ‖ this layer) of the next token, nats: 0 at the last layer. */
	readonly divergence: number;
	/**
	 * Rank of the request's token, 0 for the likeliest; null when none was asked for, and where a
	 * recording holds the likeliest tokens only and it is not among them.
	 */
	readonly rank: number | null;
	/**
	 * Probability of the token that does come next in the trace; null behind the last one, and where
	 * a recording holds the likeliest tokens only and it is not among them.
	 */
	readonly nextProbability: number | null;
}

export interface VisionAttentionRequest {
	/** Index into `images`. */
	readonly image: number;
	readonly layer: number;
	/** All heads when absent. */
	readonly head?: number;
	/** A patch, row-major in the square; the pooled map when absent. */
	readonly patch?: number;
}

export interface VisionStateRequest {
	/** Index into `images`. */
	readonly image: number;
	readonly layer: number;
}

export interface TokenScore {
	readonly id: number;
	readonly text: string;
	readonly logit: number;
	/** Over the whole vocabulary, temperature 1. */
	readonly probability: number;
}

export type Device = 'webgpu' | 'wasm';

export interface ModelInfo {
	readonly name: string;
	readonly config: Gemma3Config;
	readonly device: Device;
	/** Why this device, in a sentence: "WebGPU: no adapter was found, so the model runs on WebAssembly." */
	readonly deviceReason: string;
	/** How linear layers are kept. */
	readonly dtype: WeightDtype;
	/** Bytes of weights held in memory. */
	readonly weightBytes: number;
	/** True when nothing was computed here: the numbers come from a file. */
	readonly recorded: boolean;
	/** How the model was trained to be asked; absent where nobody knows. */
	readonly promptKind?: 'chat' | 'plain';
}

export interface TraceToken {
	readonly id: number;
	/** The token's own text, spaces and newlines as they are; a control token's name, `<bos>`. */
	readonly text: string;
	readonly kind: 'text' | 'control' | 'image';
	/** Index of the chat turn that holds the token; null in plain text and before the first turn. */
	readonly turn: number | null;
	/** Index into `images`, for an image soft token; else null. */
	readonly imageIndex: number | null;
	readonly position: number;
	/** Which generation step made the token, 0 first; null for the prompt. */
	readonly step: number | null;
}

/** A picture of the prompt. */
export interface TracePicture {
	readonly name: string;
	/** Upright, source pixels. */
	readonly width: number;
	readonly height: number;
	/** Why crops were or were not made, in a sentence. */
	readonly panAndScan: string;
	/** The file, to draw it; null where a recording left it out. */
	readonly blob: Blob | null;
}

/** One square that the vision tower saw: a whole picture, or a pan & scan crop of one. */
export interface TraceImage {
	/** Index of the picture in the prompt. */
	readonly picture: number;
	/** Index of the crop within the picture; null for the whole picture. */
	readonly crop: number | null;
	/** Where the square lies in the picture, source pixels. */
	readonly box: { x: number; y: number; width: number; height: number };
	/** Soft tokens a side: `gridSize²` tokens, row-major. */
	readonly gridSize: number;
	/** Positions of the soft tokens. */
	readonly tokens: Range;
}

/** Enough to rebuild the mask of any layer. */
export interface MaskDescription {
	readonly rule: MaskRule;
	readonly slidingWindow: number;
	/** 1 for a real token, 0 for padding; one a position. */
	readonly attentionMask: readonly number[];
	/** 1 for an image soft token, else 0; one a position. */
	readonly tokenTypeIds: readonly number[];
	readonly edits: readonly MaskEdit[];
	/**
	 * Positions from here on were generated one at a time: they attend causally, even where they
	 * would belong to an image block. Equals the number of tokens when nothing was generated.
	 */
	readonly promptLength: number;
}
