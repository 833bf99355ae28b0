import { beforeAll, describe, expect, test } from 'vitest';
import type { ConversationMessage } from '../../../src/lib/gemma3/chatTemplate.js';
import { Gemma3Processor } from '../../../src/lib/gemma3/processing.js';
import type { Gemma3Tokenizer } from '../../../src/lib/gemma3/tokenizer.js';
import { panAndScanBoxes } from '../../../src/lib/images/panAndScan.js';
import { createTensor } from '../../../src/lib/tensor/tensor.js';
import {
	createGemmaTokenizer,
	createMiniTokenizer,
	readGemmaTokenizerConfig,
	readGolden,
	readMiniChatTemplate,
	readPngSize
} from '../../support/tokenizers.js';

interface ProcessorGolden {
	image_seq_length: number;
	size: number;
	rows: {
		conversation: ConversationMessage<string>[];
		add_generation_prompt: boolean;
		pan_and_scan: boolean;
		text: string;
		input_ids: number[];
		token_type_ids: number[];
		pixel_values_shape?: number[];
	}[];
	errors: { text: string; images: number; error: string | null }[];
}

const golden = readGolden<ProcessorGolden>('processor/processor.json');
const config = (mmTokensPerImage: number, maxPositionEmbeddings = 1024) => ({
	mmTokensPerImage,
	visionConfig: {},
	textConfig: { maxPositionEmbeddings, padTokenId: 0 }
});

/** Counts crops of the golden pictures by their true sizes; its pixels are all zero. */
const countingImageProcessor = {
	preprocess(images: readonly string[], options: { doPanAndScan?: boolean }) {
		const numCrops = images.map((name) =>
			options.doPanAndScan
				? panAndScanBoxes({
						...readPngSize(`processor/${name}.png`),
						panAndScanMinCropSize: 32,
						panAndScanMaxNumCrops: 4,
						panAndScanMinRatioToActivate: 1.2
					}).length
				: 0
		);
		const squares = numCrops.reduce((sum, crops) => sum + 1 + crops, 0);
		const dims = [squares, 3, golden.size, golden.size];
		const data = new Float32Array(squares * 3 * golden.size ** 2);
		return { pixelValues: createTensor('float32', dims, data), numCrops };
	}
};

describe("with Gemma 3's tokenizer", () => {
	let tokenizer: Gemma3Tokenizer;
	let processor: Gemma3Processor<string>;
	beforeAll(() => {
		tokenizer = createGemmaTokenizer();
		processor = new Gemma3Processor<string>({
			tokenizer,
			chatTemplate: readGemmaTokenizerConfig().chat_template,
			config: config(golden.image_seq_length),
			imageProcessor: countingImageProcessor
		});
	});

	test('every golden conversation gives the text, ids and token types of the reference', () => {
		let withCrops = 0;
		for (const row of golden.rows) {
			const options = {
				addGenerationPrompt: row.add_generation_prompt,
				doPanAndScan: row.pan_and_scan
			};
			expect(processor.applyChatTemplate(row.conversation, options)).toBe(row.text);
			const inputs = processor.applyChatTemplate(row.conversation, { ...options, tokenize: true });
			expect(inputs.inputIds).toEqual([row.input_ids]);
			expect(inputs.tokenTypeIds).toEqual([row.token_type_ids]);
			expect(inputs.attentionMask).toEqual([row.input_ids.map(() => 1)]);
			expect(inputs.pixelValues?.dims).toEqual(row.pixel_values_shape);
			expect(inputs.notices).toEqual([]);
			if (inputs.numCrops[0]!.some((crops) => crops > 0)) withCrops++;
		}
		expect(withCrops).toBe(8);
	});

	test('crops that were counted elsewhere give the same ids', () => {
		for (const row of golden.rows.filter((row) => row.pixel_values_shape)) {
			const options = { tokenize: true, addGenerationPrompt: row.add_generation_prompt } as const;
			const { numCrops } = processor.applyChatTemplate(row.conversation, {
				...options,
				doPanAndScan: row.pan_and_scan
			});
			const inputs = processor.applyChatTemplate(row.conversation, {
				...options,
				numCrops: numCrops[0]!
			});
			expect(inputs.inputIds).toEqual([row.input_ids]);
			expect(inputs.pixelValues).toBeNull();
		}
	});

	test('a wrong number of pictures gives the errors of the reference', () => {
		for (const { text, images, error } of golden.errors) {
			const process = () =>
				processor.process({ text, images: Array.from({ length: images }, () => 'square') });
			if (error === null) {
				expect(process().notices).toEqual([
					expect.stringContaining('spells a control token'),
					expect.stringContaining('but no picture came with it')
				]);
			} else {
				let message = '';
				try {
					process();
				} catch (thrown) {
					message = `ValueError: ${(thrown as Error).message}`;
				}
				expect(message).toBe(error);
			}
		}
	});

	test('newlines around a picture merge into the tokens of the reference', () => {
		const { inputIds } = processor.process({
			text: 'user\n<start_of_image>',
			images: ['square'],
			addSpecialTokens: false
		});
		expect(inputIds).toEqual([[2364, 109, 255999, 262144, 262144, 262144, 262144, 256000, 108]]);
	});
});

const tokenizer = createMiniTokenizer();
const chatTemplate = readMiniChatTemplate();
const mini = new Gemma3Processor<string>({ tokenizer, chatTemplate, config: config(16) });
const user = (content: string) => [{ role: 'user', content }];

test('a conversation has one <bos>, a plain text gets one', () => {
	const chat = mini.applyChatTemplate(user('Hi'), { tokenize: true });
	const plain = mini.process({ text: 'Hi' });
	for (const { inputIds } of [chat, plain]) {
		expect(inputIds[0]!.filter((id) => id === 2)).toEqual([2]);
		expect(inputIds[0]![0]).toBe(2);
	}
});

test('a batch is padded on the side asked for, left unless said', () => {
	const text = ['Hi', 'Hi there, what is this?'];
	const ragged = mini.process({ text });
	const [short, long] = ragged.inputIds;
	const gap = long!.length - short!.length;
	expect(gap).toBeGreaterThan(0);
	const zeros = new Array<number>(gap).fill(0);
	const ones = short!.map(() => 1);
	const left = mini.process({ text, padding: true });
	expect(left.inputIds).toEqual([[...zeros, ...short!], long]);
	expect(left.attentionMask[0]).toEqual([...zeros, ...ones]);
	const right = mini.process({ text, padding: true, paddingSide: 'right' });
	expect(right.inputIds).toEqual([[...short!, ...zeros], long]);
	expect(right.attentionMask[0]).toEqual([...ones, ...zeros]);
	expect(right.tokenTypeIds[0]!.length).toBe(long!.length);
});

test('pictures of a batch go to their own prompts', () => {
	const inputs = mini.process({
		text: ['a', '<start_of_image>b', '<start_of_image><start_of_image>c'],
		numCrops: [[], [0], [2, 0]]
	});
	const softTokens = inputs.tokenTypeIds.map((row) => row.filter((type) => type === 1).length);
	expect(softTokens).toEqual([0, 16, 4 * 16]);
	expect(inputs.texts[0]).toBe('a');
	expect(() => mini.process({ text: ['a', 'b'], numCrops: [[0]] })).toThrow(
		'Received inconsistently sized batches of images (1) and text (2).'
	);
});

test('pictures without a text stand for themselves', () => {
	const inputs = mini.process({ numCrops: [[0, 0]] });
	expect(inputs.texts[0]!.match(/<start_of_image>/g)!.length).toBe(2);
	expect(() => mini.process({})).toThrow('Provide at least one of `text` or `images`.');
});

test('a text-only model refuses a picture, and takes text', () => {
	const textOnly = new Gemma3Processor<string>({
		tokenizer,
		chatTemplate,
		config: { ...config(16), visionConfig: null },
		imageProcessor: countingImageProcessor
	});
	expect(textOnly.process({ text: 'Hi', images: [] }).inputIds[0]!.length).toBeGreaterThan(1);
	expect(() => textOnly.process({ text: '<start_of_image>', images: ['square'] })).toThrow(
		'reads text only'
	);
	const messages = [{ role: 'user', content: [{ type: 'image' as const }] }];
	expect(() => textOnly.applyChatTemplate(messages, { tokenize: true })).toThrow('reads text only');
});

test('a picture without an image processor is refused with the missing file', () => {
	expect(() => mini.process({ text: '<start_of_image>', images: ['square'] })).toThrow(
		'no preprocessor_config.json'
	);
});

test('an empty prompt is said to be empty, and one without any token is refused', () => {
	expect(mini.process({ text: '' })).toMatchObject({
		inputIds: [[2]],
		notices: ['The prompt is empty: the model sees nothing but <bos>.']
	});
	expect(() => mini.process({ text: '', addSpecialTokens: false })).toThrow('has no tokens');
	const { notices } = mini.applyChatTemplate(user('  '), { tokenize: true });
	expect(notices).toEqual(['A user message is empty: its turn holds no words.']);
});

test('a prompt longer than the context is refused with both numbers', () => {
	const small = new Gemma3Processor<string>({ tokenizer, chatTemplate, config: config(16, 8) });
	expect(small.process({ text: '1234567' }).inputIds[0]!.length).toBe(8);
	expect(() => small.process({ text: '12345678' })).toThrow(
		"The prompt has 9 tokens, but the model's context holds 8: shorten it by at least 1 token."
	);
});

test('control tokens in a message are named, text that only looks like one is not', () => {
	const { notices, inputIds } = mini.applyChatTemplate(user('a <eos> <foo> <bos>'), {
		tokenize: true
	});
	expect(notices).toEqual([
		'Your text spells control tokens, read as such and not as plain text: <eos>, <bos>.'
	]);
	expect(inputIds[0]!.filter((id) => id === 1)).toEqual([1]);
	expect(mini.applyChatTemplate(user('a <foo>'), { tokenize: true }).notices).toEqual([]);
});

test('a system prompt without a user turn is said to be lost', () => {
	const inputs = mini.applyChatTemplate([{ role: 'system', content: 'Be terse.' }], {
		tokenize: true
	});
	expect(inputs.texts).toEqual(['<bos>']);
	expect(inputs.notices[0]).toContain('the model does not see it');
});

test('a checkpoint without a chat template takes plain text and refuses a conversation', () => {
	const plain = new Gemma3Processor<string>({ tokenizer, chatTemplate: null, config: config(16) });
	expect(plain.process({ text: 'Hi' }).inputIds[0]![0]).toBe(2);
	expect(() => plain.applyChatTemplate(user('Hi'))).toThrow('has no chat template');
});
