import type { Tensor } from '../tensor/tensor.js';
import type { ChatTemplateOptions } from './chatTemplate.js';
import type { Gemma3Config, Gemma3TextConfig } from './configuration.js';
import type { Gemma3Tokenizer } from './tokenizer.js';

/** What is not given is as the image processor is set up. */
export interface PanAndScanOptions {
	readonly doPanAndScan?: boolean;
	readonly panAndScanMinCropSize?: number;
	readonly panAndScanMaxNumCrops?: number;
	readonly panAndScanMinRatioToActivate?: number;
}

/** What the processor needs of an image processor. */
export interface ImagePreprocessor<Image> {
	preprocess(
		images: readonly Image[],
		options: PanAndScanOptions
	): {
		/** `[squares, 3, size, size]`: each picture, followed by its crops. */
		readonly pixelValues: Tensor;
		/** Crops of each picture. */
		readonly numCrops: readonly number[];
	};
}

export type ProcessorModelConfig = Pick<Gemma3Config, 'mmTokensPerImage'> & {
	readonly visionConfig: object | null;
	readonly textConfig: Pick<Gemma3TextConfig, 'maxPositionEmbeddings' | 'padTokenId'>;
};

export interface Gemma3ProcessorOptions<Image> {
	readonly tokenizer: Gemma3Tokenizer;
	/** Jinja; null for a checkpoint that only takes plain text. */
	readonly chatTemplate: string | null;
	readonly config: ProcessorModelConfig;
	/** Absent: pictures are counted but not turned into pixels, and `numCrops` is asked for. */
	readonly imageProcessor?: ImagePreprocessor<Image> | null;
	/** Side on which shorter prompts of a batch are padded, left unless given. */
	readonly paddingSide?: 'left' | 'right';
}

export interface ProcessOptions<Image> extends PanAndScanOptions {
	/** One prompt or a batch. Absent: one `<start_of_image>` for each picture. */
	readonly text?: string | readonly string[];
	/** The pictures of one prompt, or a list for each prompt of a batch. */
	readonly images?: readonly Image[] | readonly (readonly Image[])[];
	/** Crops of each picture of each prompt, when they are counted elsewhere; no pixels are made. */
	readonly numCrops?: readonly (readonly number[])[];
	/** Pads the batch to its longest prompt, false unless given. */
	readonly padding?: boolean;
	readonly paddingSide?: 'left' | 'right';
	/** Puts `<bos>` in front, true unless given. */
	readonly addSpecialTokens?: boolean;
}

/** What the model takes. Rows differ in length unless they were padded. */
export interface Gemma3Inputs {
	/** The prompts as they were tokenised: pictures expanded. */
	readonly texts: readonly string[];
	/** `[batch][length]`. */
	readonly inputIds: readonly (readonly number[])[];
	/** `[batch][length]`, 1 for a real token, 0 for padding. */
	readonly attentionMask: readonly (readonly number[])[];
	/** `[batch][length]`, 1 for an image soft token, else 0. */
	readonly tokenTypeIds: readonly (readonly number[])[];
	/** `[batch][pictures]`, crops of each picture; empty rows without pictures. */
	readonly numCrops: readonly (readonly number[])[];
	/** `[squares, 3, size, size]`, all prompts' pictures in order, each followed by its crops; null without pixels. */
	readonly pixelValues: Tensor | null;
	/** What the reader should know though it is no error, in sentences. */
	readonly notices: readonly string[];
}

export interface ApplyChatTemplateOptions<Image>
	extends Omit<ProcessOptions<Image>, 'text' | 'images' | 'numCrops'>, ChatTemplateOptions {
	/** True gives model inputs, false (the default) the prompt's text. */
	readonly tokenize?: boolean;
	/** The pictures in order; those carried by the messages' image parts when absent. */
	readonly images?: readonly Image[];
	/** Crops of each picture, when they are counted elsewhere. */
	readonly numCrops?: readonly number[];
}
