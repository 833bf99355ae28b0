import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { samplePictures } from '../../src/lib/state/pictureFiles.js';
import { Examiner } from '../evaluation/examiner.js';

let examiner: Examiner;

beforeAll(async () => {
	examiner = await Examiner.open('static/models/gemma3-mini', 'fp32');
});

afterAll(() => examiner.dispose());

function ask(file: string, question: string, panAndScan: boolean): Promise<string> {
	return examiner.answer({
		lesson: 'sample',
		answer: '',
		turns: [`<start_of_image>${question}`],
		pictures: [readFileSync(`static/examples/${file}`).toString('base64')],
		panAndScan
	});
}

test('the embedded model answers what the page asks about its sample pictures', async () => {
	const answers = new Map<string, string>();
	for (const { file, question, doPanAndScan } of samplePictures) {
		answers.set(file, await ask(file, question, doPanAndScan));
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
		expect(['4720', '358']).not.toContain(await ask(file, question, false));
	}
});
