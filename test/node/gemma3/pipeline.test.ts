import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pipeline, type PipelineTask } from '../../../src/lib/gemma3/pipeline.js';
import { Gemma3ForSequenceClassification } from '../../../src/lib/gemma3/sequenceClassification.js';
import { TextClassificationPipeline, type Chat } from '../../../src/lib/gemma3/pipelines.js';
import { loadProcessor } from '../../../src/lib/gemma3/loadProcessor.js';
import { parseGemma3Config } from '../../../src/lib/gemma3/parseConfiguration.js';
import { probabilities } from '../../../src/lib/generation/softmax.js';
import type { PixelImage } from '../../../src/lib/images/rgb.js';
import { decodePng } from '../../../src/lib/images/decodePng.js';
import { directorySource } from '../../../src/lib/sources/directorySource.js';
import { createNodeRuntime } from '../../support/nodeRuntime.js';

const mini = directorySource('static/models/gemma3-mini');
const options = { runtime: createNodeRuntime() };
const question = [{ role: 'user', content: 'What is the capital of France?' }];

test('text-generation answers a chat, continues a text, and takes lists of both', async () => {
	const pipe = await pipeline('text-generation', mini, options);
	const [{ generatedText }] = await pipe.call(question, { maxNewTokens: 20 });
	expect(generatedText).toEqual([
		...question,
		{ role: 'assistant', content: expect.stringContaining('Paris') }
	]);
	const answer = (generatedText as Chat)[1].content as string;
	expect(answer).not.toContain('<end_of_turn>');

	const seen: string[] = [];
	const onText = (text: string) => seen.push(text);
	const alone = { returnFullText: false, onText };
	expect(await pipe.call(question, alone)).toEqual([{ generatedText: answer }]);
	expect(seen.at(-1)).toBe(answer);
	expect(seen.length).toBeGreaterThan(1);

	const prompt = 'Plants create energy';
	const [text] = await pipe.call(prompt, { maxNewTokens: 5 });
	expect(text.generatedText).toMatch(/^Plants create energy./);
	const lists = await pipe.call([prompt, prompt], { maxNewTokens: 5 });
	expect(lists).toEqual([[text], [text]]);
	const chats = await pipe.call([question], { maxNewTokens: 20 });
	expect(chats).toEqual([[{ generatedText }]]);
	await pipe.dispose();
});

test('image-text-to-text sees the picture of a chat, and pictures beside a text', async () => {
	const pipe = await pipeline('image-text-to-text', mini, options);
	const image = decodePng(readFileSync('test/fixtures/goldens/processor/square.png'));
	const chat = [
		{
			role: 'user',
			content: [
				{ type: 'image' as const, image },
				{ type: 'text' as const, text: 'What is in the picture?' }
			]
		}
	];
	const [result] = await pipe.call(chat, { maxNewTokens: 6, returnFullText: false });
	expect(result.inputText).toBe(chat);
	expect(typeof result.generatedText).toBe('string');
	const images = { images: image, text: '<start_of_image> shows' };
	const [beside] = await pipe.call(images, { maxNewTokens: 4 });
	expect(beside.inputText).toBe(images.text);
	expect(beside.generatedText).toMatch(/^<start_of_image> shows/);
	await pipe.dispose();
});

test('text-classification scores labels as the model does, with the reference’s functions', async () => {
	const { text_config } = JSON.parse(readFileSync('static/models/gemma3-mini/config.json', 'utf8'));
	const json = { ...text_config, id2label: { 0: 'calm', 1: 'glad', 2: 'cross' } };
	const config = parseGemma3Config(json);
	const model = await Gemma3ForSequenceClassification.fromConfig(config, { ...options, seed: 2 });
	const processor = await loadProcessor<PixelImage>(mini, config);
	const pipe = new TextClassificationPipeline(model, processor);
	const texts = ['The sun is warm.', 'No!'];
	const { logits } = await model.forward({
		inputIds: processor.process({ text: texts[0] }).inputIds
	});
	const shares = probabilities(logits.data);
	const best = shares.indexOf(shares.reduce((a, b) => Math.max(a, b)));
	const label = config.id2label[best];
	expect(await pipe.call(texts[0])).toEqual([{ label, score: shares[best] }]);
	const all = await pipe.call(texts[0], { topK: null });
	expect(all.map((one) => one.label).sort()).toEqual(['calm', 'cross', 'glad']);
	expect(all.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 6);
	expect(all[0].score).toBeGreaterThanOrEqual(all[1].score);
	expect((await pipe.call(texts)).length).toBe(2);
	const pairs = await pipe.call(texts, { topK: 2 });
	expect(pairs.map((list) => list.length)).toEqual([2, 2]);
	const [raw] = await pipe.call(texts[0], { functionToApply: 'none' });
	expect(raw.score).toBe(logits.data[best]);
	await pipe.dispose();
});

test('an unknown task is refused by name', async () => {
	await expect(pipeline('summarization' as PipelineTask, mini, options)).rejects.toThrow(
		'there is no pipeline for summarization; choose one of text-generation'
	);
});
