import type { Tensor } from '../tensor/tensor.js';
import { ChatTemplateError, renderChatTemplate, type ConversationMessage } from './chatTemplate.js';
import { checkPictureCount, expandImageTokens, type ImagePromptTokens } from './imagePrompt.js';
import type {
	ApplyChatTemplateOptions,
	Gemma3Inputs,
	Gemma3ProcessorOptions,
	ImagePreprocessor,
	ProcessOptions,
	ProcessorModelConfig
} from './processorInputs.js';
import { conversationNotices, missingPictureNotices, promptNotices } from './promptNotices.js';
import type { Gemma3Tokenizer, NamedToken } from './tokenizer.js';

/**
 * Turns text, conversations and pictures into what the model takes.
 * Ports Gemma3Processor (transformers, processing_gemma3.py).
 */
export class Gemma3Processor<Image = unknown> {
	readonly tokenizer: Gemma3Tokenizer;
	readonly chatTemplate: string | null;
	readonly imageProcessor: ImagePreprocessor<Image> | null;
	/** Soft tokens an image becomes. */
	readonly imageSeqLength: number;
	readonly #config: ProcessorModelConfig;
	readonly #paddingSide: 'left' | 'right';

	constructor(options: Gemma3ProcessorOptions<Image>) {
		this.tokenizer = options.tokenizer;
		this.chatTemplate = options.chatTemplate;
		this.imageProcessor = options.imageProcessor ?? null;
		this.imageSeqLength = options.config.mmTokensPerImage;
		this.#config = options.config;
		this.#paddingSide = options.paddingSide ?? 'left';
	}

	/**
	 * The prompt of a conversation: its text, or with `tokenize` the model's inputs. The template's
	 * own `<bos>` is the only one.
	 *
	 * @throws ChatTemplateError if there is no template or it refuses the conversation
	 * @throws Error, RangeError as `process` does
	 */
	applyChatTemplate(
		messages: readonly ConversationMessage<Image>[],
		options: ApplyChatTemplateOptions<Image> & { readonly tokenize: true }
	): Gemma3Inputs;
	applyChatTemplate(
		messages: readonly ConversationMessage<Image>[],
		options?: ApplyChatTemplateOptions<Image> & { readonly tokenize?: false }
	): string;
	applyChatTemplate(
		messages: readonly ConversationMessage<Image>[],
		options: ApplyChatTemplateOptions<Image> = {}
	): Gemma3Inputs | string {
		if (this.chatTemplate === null) {
			throw new ChatTemplateError(
				'This checkpoint has no chat template, so it takes plain text only: ' +
					'use a plain prompt, or add chat_template.jinja beside its weights.'
			);
		}
		const bosToken = this.tokenizer.bosToken?.content ?? '';
		if (messages.some(hasPicture)) this.#imageTokens();
		const text = renderChatTemplate(this.chatTemplate, messages, { bosToken, ...options });
		if (!options.tokenize) return text;

		const { images = imagesOf(messages), numCrops, ...rest } = options;
		const inputs = this.#process({
			...rest,
			text,
			images: [images],
			numCrops: numCrops && [numCrops],
			addSpecialTokens: options.addSpecialTokens ?? !(bosToken !== '' && text.startsWith(bosToken))
		});
		const notices = conversationNotices(messages, this.tokenizer);
		return { ...inputs, notices: [...notices, ...inputs.notices] };
	}

	/**
	 * Model inputs of texts as they are, the processor's `__call__`. Each `<start_of_image>` stands
	 * for one picture. As in the reference, a text with `<start_of_image>` and no pictures at all is
	 * no error; `notices` says so.
	 *
	 * @throws Error if pictures and `<start_of_image>` differ in number, or a text-only model gets one
	 * @throws RangeError if a prompt is longer than the model's context
	 */
	process(options: ProcessOptions<Image>): Gemma3Inputs {
		const inputs = this.#process(options);
		const prompts = typeof options.text === 'string' ? [options.text] : (options.text ?? []);
		const hasPictures = inputs.numCrops.some((row) => row.length > 0);
		const notices = promptNotices(prompts, hasPictures, this.tokenizer);
		return { ...inputs, notices: [...notices, ...inputs.notices] };
	}

	#process(options: ProcessOptions<Image>): Gemma3Inputs {
		const images = maybeBatch(options.images);
		const counted = options.numCrops?.some((row) => row.length > 0) ? options.numCrops : undefined;
		const pictures = (counted ?? images)?.map((row) => row.length);
		const prompts = this.#prompts(options.text, pictures);
		const notices: string[] = [];
		let texts = prompts;
		let numCrops: readonly (readonly number[])[] = prompts.map(() => []);
		let pixelValues: Tensor | null = null;
		if (pictures) {
			const tokens = this.#imageTokens();
			if (pictures.length !== prompts.length) {
				throw new Error(
					`Received inconsistently sized batches of images (${pictures.length}) ` +
						`and text (${prompts.length}).`
				);
			}
			// Before any picture is resized, which takes time.
			prompts.forEach((prompt, i) => checkPictureCount(prompt, pictures[i]!, tokens.boiToken));
			({ numCrops, pixelValues } = this.#preprocess(images, pictures, options));
			texts = prompts.map((prompt, i) =>
				expandImageTokens(prompt, numCrops[i]!, tokens, this.imageSeqLength)
			);
		} else {
			notices.push(...missingPictureNotices(prompts, this.tokenizer));
		}

		const { addSpecialTokens = true, padding = false } = options;
		const rows = texts.map((text) => this.tokenizer.encode(text, { addSpecialTokens }));
		rows.forEach((ids) => this.#checkLength(ids));
		if (rows.some((ids) => ids.length === 0)) {
			throw new Error('The prompt has no tokens: write something for the model to read.');
		}
		const bosId = this.tokenizer.bosToken?.id;
		if (rows.some((ids) => ids.every((id) => id === bosId))) {
			notices.push('The prompt is empty: the model sees nothing but <bos>.');
		}
		const side = options.paddingSide ?? this.#paddingSide;
		const padId = this.tokenizer.padToken?.id ?? this.#config.textConfig.padTokenId;
		const length = padding ? Math.max(0, ...rows.map((ids) => ids.length)) : null;
		const pad = (row: readonly number[], value: number) => padRow(row, length, value, side);
		const imageId = this.tokenizer.imageToken?.id;
		return {
			texts,
			inputIds: rows.map((ids) => pad(ids, padId)),
			attentionMask: rows.map((ids) =>
				pad(
					ids.map(() => 1),
					0
				)
			),
			tokenTypeIds: rows.map((ids) =>
				pad(
					ids.map((id) => (id === imageId ? 1 : 0)),
					0
				)
			),
			numCrops,
			pixelValues,
			notices
		};
	}

	#prompts(text: string | readonly string[] | undefined, pictures?: readonly number[]): string[] {
		const prompts = typeof text === 'string' ? [text] : [...(text ?? [])];
		const isEmpty = typeof text === 'string' ? text === '' : prompts.length === 0;
		if (!isEmpty || (text !== undefined && !pictures)) return prompts;
		if (!pictures) throw new Error('Provide at least one of `text` or `images`.');
		const { boiToken } = this.#imageTokens();
		return pictures.map((count) => Array.from({ length: count }, () => boiToken).join(' '));
	}

	#preprocess(
		images: readonly (readonly Image[])[] | undefined,
		pictures: readonly number[],
		options: ProcessOptions<Image>
	): { numCrops: readonly (readonly number[])[]; pixelValues: Tensor | null } {
		if (!images || options.numCrops) return { numCrops: options.numCrops!, pixelValues: null };
		if (!this.imageProcessor) {
			throw new Error(
				'This checkpoint has no preprocessor_config.json, which says how pictures are resized: ' +
					'remove the pictures, or add the file beside its weights.'
			);
		}
		const flat = images.flatMap((row) => row);
		const { pixelValues, numCrops } = this.imageProcessor.preprocess(flat, {
			doPanAndScan: options.doPanAndScan,
			panAndScanMinCropSize: options.panAndScanMinCropSize,
			panAndScanMaxNumCrops: options.panAndScanMaxNumCrops,
			panAndScanMinRatioToActivate: options.panAndScanMinRatioToActivate
		});
		let start = 0;
		return {
			pixelValues,
			numCrops: pictures.map((count) => numCrops.slice(start, (start += count)))
		};
	}

	#imageTokens(): ImagePromptTokens {
		if (!this.#config.visionConfig) {
			throw new Error(
				'This model reads text only, it has no vision tower: remove the pictures, ' +
					'or load a Gemma 3 checkpoint with one.'
			);
		}
		const { boiToken, eoiToken, imageToken } = this.tokenizer;
		const content = (token: NamedToken | null, name: string) => {
			if (token) return token.content;
			throw new Error(`The tokenizer has no ${name}, so the prompt cannot hold pictures.`);
		};
		return {
			boiToken: content(boiToken, '<start_of_image>'),
			eoiToken: content(eoiToken, '<end_of_image>'),
			imageToken: content(imageToken, '<image_soft_token>')
		};
	}

	#checkLength(ids: readonly number[]): void {
		const { maxPositionEmbeddings } = this.#config.textConfig;
		const excess = ids.length - maxPositionEmbeddings;
		if (excess <= 0) return;
		throw new RangeError(
			`The prompt has ${ids.length} tokens, but the model's context holds ${maxPositionEmbeddings}: ` +
				`shorten it by at least ${excess} ${excess === 1 ? 'token' : 'tokens'}.`
		);
	}
}

function hasPicture({ content }: ConversationMessage): boolean {
	return typeof content !== 'string' && content.some(({ type }) => type === 'image');
}

function imagesOf<Image>(messages: readonly ConversationMessage<Image>[]): Image[] {
	return messages.flatMap(({ content }) =>
		typeof content === 'string'
			? []
			: content.flatMap((part) =>
					part.type === 'image' && part.image !== undefined ? [part.image] : []
				)
	);
}

/** A list for each prompt; undefined where there is no picture at all. */
function maybeBatch<Image>(
	images: ProcessOptions<Image>['images']
): readonly (readonly Image[])[] | undefined {
	if (images === undefined || images.length === 0) return undefined;
	if (!images.every((row) => Array.isArray(row))) return [images as readonly Image[]];
	const batch = images as readonly (readonly Image[])[];
	return batch.every((row) => row.length === 0) ? undefined : batch;
}

function padRow(
	row: readonly number[],
	length: number | null,
	value: number,
	side: 'left' | 'right'
): readonly number[] {
	if (length === null || row.length === length) return row;
	const padding = new Array<number>(length - row.length).fill(value);
	return side === 'left' ? [...padding, ...row] : [...row, ...padding];
}
