/** How one layer attends; the strings are Hugging Face's. */
export type LayerType = 'sliding_attention' | 'full_attention';

/** RoPE of one layer kind. `factor` divides the frequencies when `ropeType` is `linear`. */
export type RopeParameters =
	| { readonly ropeType: 'default'; readonly ropeTheta: number }
	| { readonly ropeType: 'linear'; readonly ropeTheta: number; readonly factor: number };

/** The resolved text configuration: every field is set, old spellings are translated. */
export interface Gemma3TextConfig {
	readonly vocabSize: number;
	readonly hiddenSize: number;
	readonly intermediateSize: number;
	readonly numHiddenLayers: number;
	readonly numAttentionHeads: number;
	readonly numKeyValueHeads: number;
	readonly headDim: number;
	readonly hiddenActivation: 'gelu_pytorch_tanh';
	readonly maxPositionEmbeddings: number;
	readonly initializerRange: number;
	readonly rmsNormEps: number;
	readonly padTokenId: number;
	readonly eosTokenId: readonly number[];
	readonly bosTokenId: number;
	readonly tieWordEmbeddings: boolean;
	readonly attentionBias: boolean;
	readonly queryPreAttnScalar: number;
	/** Tokens that a local layer sees, the query itself counted. */
	readonly slidingWindow: number;
	/** One entry a layer. */
	readonly layerTypes: readonly LayerType[];
	readonly finalLogitSoftcapping: number | null;
	readonly ropeParameters: Readonly<Record<LayerType, RopeParameters>>;
	readonly useBidirectionalAttention: boolean;
}

export interface SiglipVisionConfig {
	readonly hiddenSize: number;
	readonly intermediateSize: number;
	readonly numHiddenLayers: number;
	readonly numAttentionHeads: number;
	readonly numChannels: number;
	/** Side of the square input, pixels. */
	readonly imageSize: number;
	/** Side of a patch, pixels. */
	readonly patchSize: number;
	readonly hiddenAct: 'gelu_pytorch_tanh';
	readonly layerNormEps: number;
}

/** A whole checkpoint's configuration. `visionConfig` is null for a text-only checkpoint. */
export interface Gemma3Config {
	/** As written in the file: `gemma3` or `gemma3_text`. */
	readonly modelType: 'gemma3' | 'gemma3_text';
	/** As written in the file, e.g. `Gemma3ForConditionalGeneration`; empty if absent. */
	readonly architectures: readonly string[];
	readonly textConfig: Gemma3TextConfig;
	readonly visionConfig: SiglipVisionConfig | null;
	/** Soft tokens an image becomes. */
	readonly mmTokensPerImage: number;
	readonly boiTokenIndex: number;
	readonly eoiTokenIndex: number;
	readonly imageTokenIndex: number;
	readonly initializerRange: number;
	/** Classification heads: label names by index; empty otherwise. */
	readonly id2label: readonly string[];
	/** `regression`, `single_label_classification`, `multi_label_classification`, or null: decided by the labels. */
	readonly problemType: string | null;
}
