import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ConversationMessage } from '../../src/lib/gemma3/chatTemplate.js';
import { Gemma3Processor } from '../../src/lib/gemma3/processing.js';
import { decodePng } from '../../src/lib/images/decodePng.js';
import { Gemma3ImageProcessor } from '../../src/lib/images/imageProcessing.js';
import type { RgbImage } from '../../src/lib/images/rgb.js';
import { createGemmaTokenizer, readGemmaTokenizerConfig } from '../support/tokenizers.js';
import { compareExact, type Comparison } from './comparison.js';

interface ProcessorGolden {
	readonly image_seq_length: number;
	readonly size: number;
	readonly pan_and_scan_min_crop_size?: number;
	readonly rows: readonly {
		readonly conversation: readonly ConversationMessage<string>[];
		readonly add_generation_prompt: boolean;
		readonly pan_and_scan: boolean;
		readonly text: string;
		readonly input_ids: number[];
		readonly token_type_ids: number[];
		readonly pixel_values_shape?: number[];
	}[];
	readonly errors: readonly { text: string; images: number; error: string | null }[];
}

/** Rendered text, ids, token types and error texts, by the published tokenizer and template. */
export function runProcessorCase(path: string): Comparison[] {
	const golden: ProcessorGolden = JSON.parse(readFileSync(path, 'utf8'));
	const directory = dirname(path);
	const size = { height: golden.size, width: golden.size };
	// The reference was run with this crop size; the pictures are too small for the default.
	const panAndScanMinCropSize = golden.pan_and_scan_min_crop_size ?? 32;
	const processor = new Gemma3Processor<RgbImage>({
		tokenizer: createGemmaTokenizer(),
		chatTemplate: readGemmaTokenizerConfig().chat_template,
		imageProcessor: new Gemma3ImageProcessor({ size, panAndScanMinCropSize }),
		config: {
			mmTokensPerImage: golden.image_seq_length,
			visionConfig: {},
			textConfig: { maxPositionEmbeddings: 131072, padTokenId: 0 }
		}
	});
	const picture = (name: string) => decodePng(readFileSync(join(directory, `${name}.png`)));
	const rows = golden.rows.map((row, index) => {
		const options = {
			addGenerationPrompt: row.add_generation_prompt,
			doPanAndScan: row.pan_and_scan
		};
		const conversation = row.conversation.map((message) => withPictures(message, picture));
		const inputs = processor.applyChatTemplate(conversation, { ...options, tokenize: true });
		const actual = {
			text: processor.applyChatTemplate(conversation, options),
			input_ids: inputs.inputIds[0],
			token_type_ids: inputs.tokenTypeIds[0],
			pixel_values_shape: inputs.pixelValues?.dims
		};
		const { text, input_ids, token_type_ids, pixel_values_shape } = row;
		const expected = { text, input_ids, token_type_ids, pixel_values_shape };
		return compareExact(`conversation ${index}`, actual, expected);
	});
	const errors = golden.errors.map(({ text, images, error }, index) => {
		const pictures = Array.from({ length: images }, () => picture('square'));
		// Python's name of the exception stands before its message.
		const expected = error?.replace(/^\w+: /, '') ?? null;
		const actual = messageOf(() => processor.process({ text, images: pictures }));
		return compareExact(`error ${index}`, actual, expected);
	});
	return [...rows, ...errors];
}

function withPictures(
	message: ConversationMessage<string>,
	picture: (name: string) => RgbImage
): ConversationMessage<RgbImage> {
	if (typeof message.content === 'string') return { ...message, content: message.content };
	const content = message.content.map((part) =>
		part.type === 'image' ? { ...part, image: picture(part.image!) } : part
	);
	return { ...message, content };
}

function messageOf(run: () => unknown): string | null {
	try {
		run();
		return null;
	} catch (error) {
		return (error as Error).message;
	}
}
