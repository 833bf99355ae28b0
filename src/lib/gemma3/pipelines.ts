import type { PixelImage } from '../images/rgb.js';
import type { Gemma3ForCausalLM } from './causalLanguageModel.js';
import type { ConversationMessage } from './chatTemplate.js';
import type { Gemma3ForConditionalGeneration } from './conditionalGeneration.js';
import type { GenerateOptions } from './generationOptions.js';
import type { Gemma3Processor } from './processing.js';
import type { Gemma3Inputs, PanAndScanOptions } from './processorInputs.js';
import { applyScoreFunction, labelOf, scoreFunctionOf, type ScoreFunction } from './scoreHead.js';
import type { Gemma3ForSequenceClassification } from './sequenceClassification.js';

type Processor = Gemma3Processor<PixelImage>;

/** A conversation; its messages may carry pictures. */
export type Chat = readonly ConversationMessage<PixelImage>[];

export interface GenerationCallOptions extends GenerateOptions, PanAndScanOptions {
	/** Puts what was given before what was generated, true unless given. */
	readonly returnFullText?: boolean;
	/** Called with the generated text so far after every token. */
	readonly onText?: (text: string) => void;
	readonly signal?: AbortSignal;
}

export interface GeneratedText<Input extends string | Chat = string | Chat> {
	/** Text for text. For a chat the chat with the answer added, or the answer alone. */
	readonly generatedText: string | (Input extends string ? string : Chat);
}

/** Ports TextGenerationPipeline (transformers, pipelines/text_generation.py). */
export class TextGenerationPipeline {
	constructor(
		readonly model: Gemma3ForCausalLM,
		readonly processor: Processor
	) {}

	/** One text or chat gives a list of one; a list of them gives a list of lists. */
	async call<Input extends string | Chat>(
		input: Input,
		options?: GenerationCallOptions
	): Promise<GeneratedText<Input>[]>;
	async call<Input extends string | Chat>(
		inputs: readonly Input[],
		options?: GenerationCallOptions
	): Promise<GeneratedText<Input>[][]>;
	async call(
		input: string | Chat | readonly (string | Chat)[],
		options: GenerationCallOptions = {}
	): Promise<GeneratedText[] | GeneratedText[][]> {
		if (!isList(input)) return [await this.#generate(input, options)];
		const results: GeneratedText[][] = [];
		for (const one of input) results.push([await this.#generate(one, options)]);
		return results;
	}

	dispose(): Promise<void> {
		return this.model.dispose();
	}

	async #generate(input: string | Chat, options: GenerationCallOptions): Promise<GeneratedText> {
		const inputs =
			typeof input === 'string'
				? this.processor.process({ text: input })
				: toChatInputs(this.processor, input);
		const text = await generateText(this.model, this.processor, inputs, options);
		return { generatedText: toFull(input, text, options) };
	}
}

/** What a picture pipeline takes beside a chat: pictures, and text with `<start_of_image>` in it. */
export interface ImagesAndText {
	readonly images: PixelImage | readonly PixelImage[];
	readonly text: string;
}

/** Ports ImageTextToTextPipeline (transformers, pipelines/image_text_to_text.py). */
export class ImageTextToTextPipeline {
	constructor(
		readonly model: Gemma3ForConditionalGeneration,
		readonly processor: Processor
	) {}

	async call(
		input: ImagesAndText,
		options?: GenerationCallOptions
	): Promise<(GeneratedText<string> & { readonly inputText: string })[]>;
	async call(
		input: Chat,
		options?: GenerationCallOptions
	): Promise<(GeneratedText<Chat> & { readonly inputText: Chat })[]>;
	async call(
		input: ImagesAndText | Chat,
		options: GenerationCallOptions = {}
	): Promise<(GeneratedText & { readonly inputText: string | Chat })[]> {
		const inputText = 'images' in input ? input.text : input;
		const inputs =
			'images' in input
				? this.processor.process({
						...options,
						text: input.text,
						images: Array.isArray(input.images) ? input.images : [input.images]
					})
				: toChatInputs(this.processor, input, options);
		const text = await generateText(this.model, this.processor, inputs, options);
		return [{ inputText, generatedText: toFull(inputText, text, options) }];
	}

	dispose(): Promise<void> {
		return this.model.dispose();
	}
}

export interface ClassificationScore {
	readonly label: string;
	/** From 0 to 1, unless `functionToApply` is none. */
	readonly score: number;
}

export interface ClassificationCallOptions {
	/** How many labels, the likeliest first; null gives all. The likeliest alone when absent. */
	readonly topK?: number | null;
	/** By the configuration when absent: sigmoid for one label or independent ones, else softmax. */
	readonly functionToApply?: ScoreFunction;
	readonly signal?: AbortSignal;
}

/** Ports TextClassificationPipeline (transformers, pipelines/text_classification.py). */
export class TextClassificationPipeline {
	constructor(
		readonly model: Gemma3ForSequenceClassification,
		readonly processor: Processor
	) {}

	/** One text gives a list of scores; a list of texts one score each, or with `topK` a list each. */
	async call(text: string, options?: ClassificationCallOptions): Promise<ClassificationScore[]>;
	async call(
		texts: readonly string[],
		options?: ClassificationCallOptions & { readonly topK?: undefined }
	): Promise<ClassificationScore[]>;
	async call(
		texts: readonly string[],
		options: ClassificationCallOptions & { readonly topK: number | null }
	): Promise<ClassificationScore[][]>;
	async call(
		input: string | readonly string[],
		options: ClassificationCallOptions = {}
	): Promise<ClassificationScore[] | ClassificationScore[][]> {
		const { topK } = options;
		const lists: ClassificationScore[][] = [];
		for (const text of typeof input === 'string' ? [input] : input) {
			const scores = await this.#scores(text, options);
			lists.push(topK === null ? scores : scores.slice(0, topK ?? 1));
		}
		return typeof input === 'string' ? lists[0] : topK === undefined ? lists.flat() : lists;
	}

	dispose(): Promise<void> {
		return this.model.dispose();
	}

	/** All labels, the likeliest first. */
	async #scores(text: string, options: ClassificationCallOptions): Promise<ClassificationScore[]> {
		const { inputIds } = this.processor.process({ text });
		const { logits } = await this.model.forward({ inputIds, signal: options.signal });
		const { config } = this.model;
		const { functionToApply = scoreFunctionOf(config, logits.data.length) } = options;
		const scores = applyScoreFunction(logits.data, functionToApply);
		return [...scores]
			.map((score, i) => ({ label: labelOf(config, i), score }))
			.sort((a, b) => b.score - a.score);
	}
}

function toChatInputs(processor: Processor, chat: Chat, options: PanAndScanOptions = {}) {
	return processor.applyChatTemplate(chat, {
		...options,
		tokenize: true,
		addGenerationPrompt: true
	});
}

async function generateText(
	model: Gemma3ForCausalLM | Gemma3ForConditionalGeneration,
	{ tokenizer }: Processor,
	inputs: Gemma3Inputs,
	{ onText, ...options }: GenerationCallOptions
): Promise<string> {
	const { inputIds, attentionMask, tokenTypeIds, pixelValues } = inputs;
	const prompt = { inputIds, attentionMask, tokenTypeIds, pixelValues: pixelValues ?? undefined };
	const ids: number[] = [];
	let text = '';
	for await (const { tokenIds } of model.generate({ tokenizer, ...options, ...prompt })) {
		ids.push(tokenIds[0]);
		text = tokenizer.decode(ids, { skipSpecialTokens: true });
		onText?.(text);
	}
	return text;
}

function toFull(
	input: string | Chat,
	text: string,
	{ returnFullText = true }: GenerationCallOptions
): string | Chat {
	if (!returnFullText) return text;
	if (typeof input === 'string') return input + text;
	return [...input, { role: 'assistant', content: text }];
}

/** A list of inputs, not a chat, whose items are messages. */
function isList(
	input: string | Chat | readonly (string | Chat)[]
): input is readonly (string | Chat)[] {
	if (typeof input === 'string' || input.length === 0) return false;
	return typeof input[0] === 'string' || Array.isArray(input[0]);
}
