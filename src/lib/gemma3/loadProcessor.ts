import { SourceError, type Source } from '../sources/source.js';
import type { Gemma3Config } from './configuration.js';
import { Gemma3Processor } from './processing.js';
import type { ImagePreprocessor } from './processorInputs.js';
import { createTokenizer, type Gemma3Tokenizer } from './tokenizer.js';

type Json = Readonly<Record<string, unknown>>;

export interface LoadProcessorOptions<Image> {
	/**
	 * Makes the image processor of `preprocessor_config.json`, its fields as written there.
	 * Without it, or without that file, the processor counts pictures but makes no pixels.
	 */
	readonly createImageProcessor?: (preprocessorConfig: Json) => ImagePreprocessor<Image>;
	readonly signal?: AbortSignal;
}

/**
 * The processor of a checkpoint: `tokenizer.json`, and where there are any `tokenizer_config.json`,
 * the chat template (`chat_template.jinja`, else `chat_template.json`, else in one of the configs)
 * and the image settings (`preprocessor_config.json`, or `image_processor` of `processor_config.json`).
 *
 * @throws SourceError if `tokenizer.json` is missing or a file cannot be read
 * @throws Error, RangeError if a file is no JSON, or tokenizer and model do not belong together
 */
export async function loadProcessor<Image = unknown>(
	source: Source,
	config: Gemma3Config,
	options: LoadProcessorOptions<Image> = {}
): Promise<Gemma3Processor<Image>> {
	const { createImageProcessor, signal } = options;
	const isMultimodal = config.visionConfig !== null;
	const json = (path: string) => readJson(source, path, signal);
	const [tokenizerJson, template, tokenizerConfig, processorConfig, preprocessor] =
		await Promise.all([
			source.maybeText('tokenizer.json', signal),
			source.maybeText('chat_template.jinja', signal),
			json('tokenizer_config.json'),
			isMultimodal ? json('processor_config.json') : null,
			isMultimodal ? json('preprocessor_config.json') : null
		]);
	if (tokenizerJson === null) {
		throw new SourceError(
			`${source.name} holds no tokenizer.json, which says how text is split into tokens; ` +
				'add it beside the weights (tokenizer.model alone is not enough)'
		);
	}
	const tokenizer = createTokenizer(tokenizerJson, tokenizerConfig ?? {});
	checkTokenizer(tokenizer, config);

	// Asked for only where the newer file is missing: most checkpoints have one of the two.
	const templateConfig = template === null ? await json('chat_template.json') : null;
	const chatTemplate =
		template ??
		maybeTemplate(templateConfig) ??
		maybeTemplate(processorConfig) ??
		maybeTemplate(tokenizerConfig);
	const imageSettings = toRecord(processorConfig?.image_processor) ?? preprocessor;
	checkImageSeqLength(processorConfig, imageSettings, config);
	return new Gemma3Processor<Image>({
		tokenizer,
		chatTemplate,
		config,
		imageProcessor:
			isMultimodal && imageSettings ? (createImageProcessor?.(imageSettings) ?? null) : null,
		paddingSide: tokenizerConfig?.padding_side === 'right' ? 'right' : 'left'
	});
}

function checkTokenizer(tokenizer: Gemma3Tokenizer, config: Gemma3Config): void {
	tokenizer.checkVocabulary(config.textConfig.vocabSize);
	if (config.visionConfig === null) return;
	const expected = [
		['boi_token_index', config.boiTokenIndex, tokenizer.boiToken],
		['eoi_token_index', config.eoiTokenIndex, tokenizer.eoiToken],
		['image_token_index', config.imageTokenIndex, tokenizer.imageToken]
	] as const;
	for (const [field, id, token] of expected) {
		if (token?.id === id) continue;
		const found = token
			? `the tokenizer's ${token.content} is ${token.id}`
			: 'the tokenizer has none';
		throw new Error(
			`config.json says ${field} ${id}, but ${found}. ` +
				'Take config.json and tokenizer.json from the same checkpoint.'
		);
	}
}

function checkImageSeqLength(
	processorConfig: Json | null,
	imageSettings: Json | null,
	config: Gemma3Config
): void {
	if (config.visionConfig === null) return;
	const length = processorConfig?.image_seq_length ?? imageSettings?.image_seq_length;
	if (length === undefined || length === null || length === config.mmTokensPerImage) return;
	throw new Error(
		`The processor's configuration says image_seq_length ${String(length)}, but config.json says ` +
			`mm_tokens_per_image ${config.mmTokensPerImage}. Take both from the same checkpoint.`
	);
}

/** A file's `chat_template`: one, or the one called `default` of a list of named ones. */
function maybeTemplate(holder: Json | null): string | null {
	const value = holder?.chat_template;
	if (typeof value === 'string') return value;
	if (!Array.isArray(value)) return null;
	const found = value.map(toRecord).find((entry) => entry?.name === 'default');
	return typeof found?.template === 'string' ? found.template : null;
}

async function readJson(source: Source, path: string, signal?: AbortSignal): Promise<Json | null> {
	const text = await source.maybeText(path, signal);
	if (text === null) return null;
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		throw new Error(`${path} is no JSON: ${(error as Error).message}`, { cause: error });
	}
	const record = toRecord(value);
	if (!record) throw new Error(`${path} holds no object.`);
	return record;
}

function toRecord(value: unknown): Json | null {
	return typeof value === 'object' && value !== null && !Array.isArray(value)
		? (value as Json)
		: null;
}
