import { expect, test } from 'vitest';
import {
	ChatTemplateError,
	renderChatTemplate,
	type ConversationMessage
} from '../../../src/lib/gemma3/chatTemplate.js';
import { createRandom, randomText } from '../../support/randomText.js';
import {
	readGemmaTokenizerConfig,
	readGolden,
	readMiniChatTemplate
} from '../../support/tokenizers.js';

interface ProcessorGolden {
	rows: { conversation: ConversationMessage[]; add_generation_prompt: boolean; text: string }[];
}

const gemma = readGemmaTokenizerConfig().chat_template;
const mini = readMiniChatTemplate();
const { rows } = readGolden<ProcessorGolden>('processor/processor.json');

test.each([
	["Gemma 3's template", gemma],
	["the embedded model's template", mini]
])('%s gives the text of the reference for every golden conversation', (_, template) => {
	expect(rows.length).toBe(28);
	for (const { conversation, add_generation_prompt, text } of rows) {
		const options = { addGenerationPrompt: add_generation_prompt };
		expect(renderChatTemplate(template, conversation, options)).toBe(text);
	}
});

test("the embedded model's template and Gemma 3's give the same text for random conversations", () => {
	const random = createRandom(3);
	const content = (): ConversationMessage['content'] => {
		if (random() < 0.5) return ` ${randomText(random, 12)}\n`;
		return Array.from({ length: Math.floor(random() * 4) }, () =>
			random() < 0.4 ? { type: 'image' } : { type: 'text', text: ` ${randomText(random, 8)}\n ` }
		);
	};
	for (let i = 0; i < 300; i++) {
		const messages: ConversationMessage[] = [];
		if (random() < 0.5) {
			const system = ` ${randomText(random, 9)} `;
			messages.push({
				role: 'system',
				content: random() < 0.5 ? system : [{ type: 'text', text: system }]
			});
		}
		const turns = 1 + Math.floor(random() * 5);
		for (let turn = 0; turn < turns; turn++) {
			messages.push({ role: turn % 2 === 0 ? 'user' : 'assistant', content: content() });
		}
		const options = { addGenerationPrompt: random() < 0.5 };
		expect(renderChatTemplate(mini, messages, options)).toBe(
			renderChatTemplate(gemma, messages, options)
		);
	}
});

test.each([
	['Gemma 3', gemma],
	['the embedded model', mini]
])('%s refuses two messages of one side in a row, in a sentence', (_, template) => {
	const messages = [
		{ role: 'user', content: 'a' },
		{ role: 'user', content: 'b' }
	];
	const render = () => renderChatTemplate(template, messages);
	expect(render).toThrow(ChatTemplateError);
	expect(render).toThrow(
		'The chat template refuses this conversation: ' +
			'Conversation roles must alternate user/assistant/user/assistant/...'
	);
	expect(() => renderChatTemplate(template, [{ role: 'assistant', content: 'a' }])).toThrow(
		'must alternate'
	);
});

test('refuses an empty conversation and a template that is no Jinja', () => {
	expect(() => renderChatTemplate(gemma, [])).toThrow('The conversation is empty');
	const messages = [{ role: 'user', content: 'a' }];
	expect(() => renderChatTemplate('{% if %}', messages)).toThrow('no valid Jinja');
});

test('strips what Python strips and keeps what Python keeps', () => {
	const user = (content: string) => [{ role: 'user', content }];
	const turn = (text: string) => `<bos><start_of_turn>user\n${text}<end_of_turn>\n`;
	expect(renderChatTemplate(gemma, user('\ufeffa\ufeff'))).toBe(turn('\ufeffa\ufeff'));
	expect(renderChatTemplate(gemma, user('\x1c a\x1fb \x85'))).toBe(turn('a\x1fb'));
	expect(renderChatTemplate(gemma, user('\x1c\u2000a\u2001\x1c$&'))).toBe(turn('a\u2001\x1c$&'));
	expect(renderChatTemplate(gemma, user('\u3000a\u00a0'))).toBe(turn('a'));
});

test('hands the template further variables, and never a picture itself', () => {
	const messages = [{ role: 'user', content: [{ type: 'image' as const, image: new Map() }] }];
	const template = '{{ greeting }} {{ messages[0].content[0] | tojson }}';
	expect(renderChatTemplate(template, messages, { variables: { greeting: 'hi' } })).toBe(
		'hi {"type": "image"}'
	);
});
