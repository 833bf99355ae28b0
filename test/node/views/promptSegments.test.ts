import { expect, test } from 'vitest';
import { toPromptSegments } from '../../../src/lib/views/promptSegments.js';

const prompt =
	'<bos><start_of_turn>user\n\n\n<start_of_image>' +
	'<image_soft_token>'.repeat(16) +
	'<end_of_image>\n\nWhat?<end_of_turn>\n';

test('soft tokens become one stretch that knows how many they are', () => {
	const segments = toPromptSegments(prompt);
	expect(segments.map(({ kind, count }) => `${kind} ${count}`)).toEqual([
		'control 1',
		'control 1',
		'text 1',
		'control 1',
		'soft 16',
		'control 1',
		'text 1',
		'control 1',
		'text 1'
	]);
});

test('the stretches put together are the prompt', () => {
	for (const text of [prompt, '', 'no marks', 'a < b and <b>', '<image_soft_token>']) {
		expect(
			toPromptSegments(text)
				.map((segment) => segment.text)
				.join('')
		).toBe(text);
	}
});
