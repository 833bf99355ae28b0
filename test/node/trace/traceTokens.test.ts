import { expect, test } from 'vitest';
import { Gemma3Processor } from '../../../src/lib/gemma3/processing.js';
import { toTraceTokens } from '../../../src/lib/trace/traceTokens.js';
import { createRandom, randomText } from '../../support/randomText.js';
import { createMiniTokenizer, readMiniChatTemplate } from '../../support/tokenizers.js';

const tokenizer = createMiniTokenizer();
const config = {
	mmTokensPerImage: 16,
	visionConfig: {},
	textConfig: { maxPositionEmbeddings: 4096, padTokenId: 0 }
};
const processor = new Gemma3Processor({ tokenizer, chatTemplate: readMiniChatTemplate(), config });

interface Inputs {
	readonly inputIds: readonly (readonly number[])[];
	readonly tokenTypeIds: readonly (readonly number[])[];
}

const toTokens = ({ inputIds, tokenTypeIds }: Inputs, promptLength = inputIds[0]!.length) =>
	toTraceTokens({
		inputIds: inputIds[0]!,
		tokenTypeIds: tokenTypeIds[0]!,
		tokenizer,
		promptLength,
		config
	});

test('plain text has no turns, and its texts join to the prompt', () => {
	const tokens = toTokens(processor.process({ text: 'Say hello,\nworld' }));
	expect(tokens[0]).toEqual({
		id: 2,
		text: '<bos>',
		kind: 'control',
		turn: null,
		imageIndex: null,
		position: 0,
		step: null
	});
	const words = tokens.slice(1);
	expect(words.every(({ kind, turn }) => kind === 'text' && turn === null)).toBe(true);
	expect(words.map(({ text }) => text).join('')).toBe('Say hello,\nworld');
	expect(tokens.map(({ position }) => position)).toEqual([...tokens.keys()]);
});

test('turns are counted from each <start_of_turn>, the open model turn included', () => {
	const random = createRandom(5);
	for (let i = 0; i < 50; i++) {
		const turns = 1 + Math.floor(random() * 6);
		const messages = Array.from({ length: turns }, (_, turn) => ({
			role: turn % 2 === 0 ? 'user' : 'assistant',
			content: randomText(random, 12)
		}));
		const addGenerationPrompt = turns % 2 === 1;
		const inputs = processor.applyChatTemplate(messages, { addGenerationPrompt, tokenize: true });
		const tokens = toTokens(inputs);
		const count = turns + (addGenerationPrompt ? 1 : 0);
		expect(tokens[0]!.turn).toBeNull();
		expect(new Set(tokens.slice(1).map(({ turn }) => turn))).toEqual(
			new Set(Array.from({ length: count }, (_, turn) => turn))
		);
		tokens.slice(1).forEach((token, j) => {
			const step = token.text === '<start_of_turn>' ? 1 : 0;
			expect(token.turn).toBe((tokens[j]!.turn ?? -1) + step);
		});
	}
});

test('soft tokens carry the index of their square, crops counted after their picture', () => {
	const inputs = processor.process({
		text: 'a <start_of_image> b <start_of_image>',
		numCrops: [[2, 0]]
	});
	const images = toTokens(inputs).filter(({ kind }) => kind === 'image');
	expect(images.map(({ imageIndex }) => imageIndex)).toEqual(
		[0, 1, 2, 3].flatMap((index) => new Array<number>(16).fill(index))
	);
	expect(images[0]!.text).toBe('<image_soft_token>');
});

test('generated tokens carry their step, and a generated soft token is no image', () => {
	const inputIds = [[2, 265, 300, tokenizer.imageToken!.id, 5]];
	const tokens = toTokens({ inputIds, tokenTypeIds: [[0, 0]] }, 2);
	expect(tokens.map(({ step }) => step)).toEqual([null, null, 0, 1, 2]);
	expect(tokens.map(({ kind }) => kind)).toEqual(['control', 'text', 'text', 'control', 'control']);
	expect(() => toTokens({ inputIds, tokenTypeIds: [[]] }, 6)).toThrow('invalid promptLength: 6');
});
