import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { samplePictures } from '../../src/lib/state/pictureFiles.js';
import { examples } from '../../src/lib/state/prompt.js';
import { Examiner } from '../evaluation/examiner.js';
import type { Lesson } from '../evaluation/lessons.js';

let examiner: Examiner;

beforeAll(async () => {
	examiner = await Examiner.open('static/models/gemma3-mini', 'fp32');
});

afterAll(() => examiner.dispose());

const ask = (lesson: Partial<Lesson>) =>
	examiner.answer({ lesson: 'asked here', answer: '', ...lesson });

function askAbout(file: string, question: string, panAndScan: boolean): Promise<string> {
	const picture = readFileSync(`static/examples/${file}`).toString('base64');
	return ask({ turns: [`<start_of_image>${question}`], pictures: [picture], panAndScan });
}

test('it answers the examples of the page', async () => {
	const answers: string[] = [];
	for (const { kind, text } of examples) {
		answers.push(await ask(kind === 'plain' ? { text } : { turns: [text] }));
	}
	expect(answers).toEqual([
		'The capital of France is Paris.',
		'42',
		'l s i k r',
		' photosynthesis.'
	]);
});

test('it answers what its card says to try', async () => {
	const card = readFileSync('static/models/gemma3-mini/README.md', 'utf8');
	const asked: readonly [string, string][] = [
		['What is the capital of France?', 'The capital of France is Paris.'],
		['What is 14 + 28?', '42'],
		['Repeat: l s i k r', 'l s i k r'],
		[
			'Once there was a shy owl named Mia. One day Mia went to the park. There Mia found a ring. What did Mia find?',
			'A ring.'
		],
		['Ann has a key. Ben has a cup. Carl has a hat. Who has the cup?', 'Ben has the cup.']
	];
	for (const [question, answer] of asked) {
		expect(card).toContain(question);
		expect(await ask({ turns: [question] })).toBe(answer);
	}
	const turns = ['My name is Rosa.', 'Hello, Rosa!', 'What is my name?'];
	expect(await ask({ turns })).toBe('Your name is Rosa.');
	const capital = ['What is the capital of France?'];
	expect(await ask({ turns: capital, system: 'Answer in one word.' })).toBe('Paris');
	expect(await ask({ turns: capital, system: 'Answer like a pirate.' })).toBe(
		'Arr! The capital of France is Paris. Yo ho!'
	);
	expect(await ask({ lesson: 'label', text: 'This film is wonderful.' })).toBe('positive');
});

test('it answers what the page asks about its sample pictures', async () => {
	const answers = new Map<string, string>();
	for (const { file, question, doPanAndScan } of samplePictures) {
		answers.set(file, await askAbout(file, question, doPanAndScan));
	}
	expect(Object.fromEntries(answers)).toEqual({
		'three-shapes.png': 'A red circle, a blue square and a green triangle.',
		'red-circle.png': 'Red.',
		'wide-banner.png': '4720',
		'tall-banner.png': '358'
	});
});

test('it cannot read the banners without their crops', async () => {
	for (const { file, question } of samplePictures.filter(({ doPanAndScan }) => doPanAndScan)) {
		expect(['4720', '358']).not.toContain(await askAbout(file, question, false));
	}
});
