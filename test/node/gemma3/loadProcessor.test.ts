import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadProcessor } from '../../../src/lib/gemma3/loadProcessor.js';
import { parseGemma3Config } from '../../../src/lib/gemma3/parseConfiguration.js';
import { directorySource } from '../../../src/lib/sources/directorySource.js';
import { filesSource } from '../../../src/lib/sources/filesSource.js';

const folder = new URL('../../../static/models/gemma3-mini/', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, folder), 'utf8');
const configJson = JSON.parse(read('config.json')) as Record<string, unknown>;
const config = parseGemma3Config(configJson);
const user = [{ role: 'user', content: 'Hi' }];

/** The embedded model's files with some of them exchanged; null takes one away. */
function changed(changes: Record<string, string | object | null>) {
	const files = new Map<string, Blob>();
	const names = [
		'tokenizer.json',
		'tokenizer_config.json',
		'chat_template.jinja',
		'processor_config.json',
		'preprocessor_config.json'
	];
	for (const name of new Set([...names, ...Object.keys(changes)])) {
		const change = changes[name];
		if (change === null) continue;
		const text = typeof change === 'object' ? JSON.stringify(change) : (change ?? read(name));
		files.set(name, new Blob([text]));
	}
	return filesSource(files, 'changed');
}

test("loads the embedded model's processor from its folder", async () => {
	const processor = await loadProcessor(directorySource(folder.pathname), config);
	const inputs = processor.applyChatTemplate(user, { tokenize: true, addGenerationPrompt: true });
	expect(inputs.texts).toEqual([
		'<bos><start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\n'
	]);
	expect(inputs.inputIds[0]!.slice(0, 2)).toEqual([2, 4]);
	expect(processor.imageSeqLength).toBe(16);
});

test('hands the image settings to whoever makes the image processor', async () => {
	const seen: unknown[] = [];
	const createImageProcessor = (settings: unknown) => {
		seen.push(settings);
		return { preprocess: () => expect.fail('no picture was given') };
	};
	await loadProcessor(changed({}), config, { createImageProcessor });
	expect(seen).toEqual([JSON.parse(read('preprocessor_config.json'))]);
	await loadProcessor(
		changed({ 'processor_config.json': { image_processor: { size: 7 } } }),
		config,
		{ createImageProcessor }
	);
	expect(seen[1]).toEqual({ size: 7 });
	const noSettings = await loadProcessor(changed({ 'preprocessor_config.json': null }), config, {
		createImageProcessor
	});
	expect(noSettings.imageProcessor).toBeNull();
});

test.each([
	['chat_template.json', { 'chat_template.json': { chat_template: 'T' } }],
	['tokenizer_config.json', { 'tokenizer_config.json': { chat_template: 'T' } }],
	[
		'a list of named templates',
		{
			'tokenizer_config.json': {
				chat_template: [
					{ name: 'tool_use', template: 'X' },
					{ name: 'default', template: 'T' }
				]
			}
		}
	]
])('takes the chat template from %s where there is no chat_template.jinja', async (_, files) => {
	const processor = await loadProcessor(changed({ 'chat_template.jinja': null, ...files }), config);
	expect(processor.applyChatTemplate(user)).toBe('T');
	const both = await loadProcessor(changed({ ...files }), config);
	expect(both.chatTemplate).toBe(read('chat_template.jinja'));
});

test('works for plain text without a chat template and without tokenizer_config.json', async () => {
	const source = changed({ 'chat_template.jinja': null, 'tokenizer_config.json': null });
	const processor = await loadProcessor(source, config);
	const inputs = processor.process({ text: 'Hi <start_of_image>', numCrops: [[0]] });
	expect(inputs.inputIds[0]![0]).toBe(2);
	expect(() => processor.applyChatTemplate(user)).toThrow('has no chat template');
});

test('says that tokenizer.json is missing, or that a file is no JSON', async () => {
	await expect(loadProcessor(changed({ 'tokenizer.json': null }), config)).rejects.toThrow(
		'changed holds no tokenizer.json'
	);
	await expect(loadProcessor(changed({ 'tokenizer.json': '{"a"' }), config)).rejects.toThrow(
		'tokenizer.json is no JSON'
	);
	await expect(loadProcessor(changed({ 'tokenizer_config.json': '[1' }), config)).rejects.toThrow(
		'tokenizer_config.json is no JSON'
	);
	await expect(loadProcessor(changed({ 'processor_config.json': '[]' }), config)).rejects.toThrow(
		'processor_config.json holds no object'
	);
});

test('refuses a tokenizer and a configuration that do not belong together', async () => {
	const small = parseGemma3Config({
		...configJson,
		text_config: { ...(configJson.text_config as object), vocab_size: 1000 }
	});
	await expect(loadProcessor(changed({}), small)).rejects.toThrow('does not fit the model');
	const otherImageToken = parseGemma3Config({ ...configJson, image_token_index: 9 });
	await expect(loadProcessor(changed({}), otherImageToken)).rejects.toThrow(
		"config.json says image_token_index 9, but the tokenizer's <image_soft_token> is 8"
	);
	const processorConfig = { 'processor_config.json': { image_seq_length: 256 } };
	await expect(loadProcessor(changed(processorConfig), config)).rejects.toThrow(
		'image_seq_length 256, but config.json says mm_tokens_per_image 16'
	);
});

test('stops when aborted', async () => {
	const signal = AbortSignal.abort();
	const loading = loadProcessor(directorySource(folder.pathname), config, { signal });
	await expect(loading).rejects.toMatchObject({ name: 'AbortError' });
});
