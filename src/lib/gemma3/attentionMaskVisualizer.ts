import { createCausalMaskMapping, type AttentionMask, type MaskRule } from './attentionMask.js';
import type { Gemma3Config } from './configuration.js';
import { findImageBlocks } from './imageBlocks.js';
import { toMaskSvg } from './maskSvg.js';
import { toMaskText } from './maskText.js';

/** Turns a prompt into tokens; `toMaskPromptEncoder` makes one of a processor. */
export interface MaskPromptEncoder {
	/** Each `<img>` of the text becomes the token sequence of one image. */
	encode(text: string, options: MaskPromptOptions): MaskPrompt;
}

export interface MaskPromptOptions {
	/** Crops that pan & scan makes of each image; none when absent. */
	readonly numCrops?: readonly number[];
}

export interface MaskPrompt {
	/** In the vocabulary's own spelling. */
	readonly tokens: readonly string[];
	/** 1 for an image soft token, else 0. */
	readonly tokenTypeIds: readonly number[];
	/** 0 for padding; all ones when absent. */
	readonly attentionMask?: readonly number[];
}

export interface MaskVisualization extends MaskPrompt {
	/** The mask of the global layers, `[1, 1, length, length]`. */
	readonly full_attention: AttentionMask;
	/** The mask of the local layers, `[1, 1, length, length]`. */
	readonly sliding_attention: AttentionMask;
	/** Both masks side by side, drawn with ■ and ⬚; made when it is read. */
	readonly text: string;
	/** Both masks side by side as an SVG document; made when it is read. */
	readonly svg: string;
}

export interface AttentionMaskVisualizerOptions {
	/** Shown in the titles; the model type when absent. */
	readonly name?: string;
	readonly maskRule?: MaskRule;
	/** Colours the text with ANSI codes, for terminals; false when absent. */
	readonly ansi?: boolean;
}

/**
 * Shows which tokens of a prompt attend to which, in both layer kinds, without running a model.
 * Like transformers' class of this name (utils/attention_visualizer.py), with the model's own rule in
 * both panes, and for any number of images.
 *
 * @example new AttentionMaskVisualizer(config, encoder).visualize('<img>What is this?').text
 */
export class AttentionMaskVisualizer {
	constructor(
		readonly config: Pick<Gemma3Config, 'modelType' | 'textConfig'>,
		readonly encoder: MaskPromptEncoder,
		readonly options: AttentionMaskVisualizerOptions = {}
	) {}

	/**
	 * @param input text; each `<img>` stands for an image
	 * @throws RangeError if the prompt has no tokens, or what the encoder throws
	 */
	visualize(input: string, promptOptions: MaskPromptOptions = {}): MaskVisualization {
		const { config, options } = this;
		const prompt = this.encoder.encode(input, promptOptions);
		const { tokens, tokenTypeIds, attentionMask } = prompt;
		const { full_attention, sliding_attention } = createCausalMaskMapping({
			config: config.textConfig,
			attentionMask: attentionMask && [attentionMask],
			tokenTypeIds: config.textConfig.useBidirectionalAttention ? undefined : [tokenTypeIds],
			queryLength: tokens.length,
			maskRule: options.maskRule
		});
		const { blocks, blockOf } = findImageBlocks(tokenTypeIds);
		const picture = { tokens, blockOf, full_attention, sliding_attention };
		const title = `Attention visualization for ${options.name ?? config.modelType}`;
		const { slidingWindow } = config.textConfig;
		return {
			...prompt,
			full_attention,
			sliding_attention,
			get text() {
				return toMaskText(picture, { title, ansi: options.ansi });
			},
			get svg() {
				return toMaskSvg(picture, { title, slidingWindow, blocks });
			}
		};
	}
}
