import { expect, test } from 'vitest';
import {
	addPictures,
	emptyDraft,
	movePicture,
	removePicture,
	toDraft,
	toKind,
	toPrompt,
	toPromptKey,
	type PromptDraft
} from '../../../src/lib/state/prompt.js';

const blob = new Blob();
const picture = (id: number) => ({ id, name: `${id}.png`, blob, width: 1, height: 1, notices: [] });
const draft = (kind: PromptDraft['kind'], text: string, ids: number[] = []): PromptDraft => ({
	...emptyDraft,
	kind,
	text,
	pictures: ids.map(picture)
});
const ids = ({ pictures }: PromptDraft) => pictures.map(({ id }) => id);

test('in a turn the pictures come before the text', () => {
	expect(toPrompt(draft('chat', 'What?', [1, 2]))).toEqual({
		kind: 'chat',
		messages: [
			{
				role: 'user',
				content: [{ type: 'image' }, { type: 'image' }, { type: 'text', text: 'What?' }]
			}
		]
	});
	expect(toPrompt(draft('chat', 'What?'))).toEqual({
		kind: 'chat',
		messages: [{ role: 'user', content: 'What?' }]
	});
});

test('in plain text a picture is a mark at the caret', () => {
	expect(addPictures(draft('plain', 'See  here'), [picture(1)], 4).text).toBe(
		'See <start_of_image> here'
	);
	expect(addPictures(draft('plain', 'See '), [picture(1), picture(2)]).text).toBe(
		'See <start_of_image><start_of_image>'
	);
	expect(addPictures(draft('chat', 'See'), [picture(1)], 0).text).toBe('See');
});

test('a removed picture takes its own mark along', () => {
	const three = draft('plain', 'a<start_of_image>b<start_of_image>c<start_of_image>d', [1, 2, 3]);
	const two = removePicture(three, 2);
	expect(two.text).toBe('a<start_of_image>bc<start_of_image>d');
	expect(ids(two)).toEqual([1, 3]);
	expect(removePicture(two, 1).text).toBe('abc<start_of_image>d');
	expect(removePicture(draft('plain', 'no mark', [1]), 1).text).toBe('no mark');
	expect(removePicture(three, 9)).toBe(three);
});

test('pictures change places, and stay at either end', () => {
	const three = draft('chat', '', [1, 2, 3]);
	expect(ids(movePicture(three, 1, 1))).toEqual([2, 1, 3]);
	expect(ids(movePicture(three, 3, -1))).toEqual([1, 3, 2]);
	expect(movePicture(three, 1, -1)).toBe(three);
	expect(movePicture(three, 3, 1)).toBe(three);
});

test('changing how it is sent adds and drops the marks', () => {
	const plain = toKind(draft('chat', 'What?', [1, 2]), 'plain');
	expect(plain.text).toBe('<start_of_image><start_of_image>What?');
	expect(toKind(plain, 'chat').text).toBe('What?');
	expect(toKind(draft('plain', ' as it is'), 'chat').text).toBe(' as it is');
});

test('pictures and their settings tell prompts apart, settings without pictures do not', () => {
	const key = (one: PromptDraft) => toPromptKey(toPrompt(one), one);
	const one = draft('chat', 'What?', [1]);
	expect(key(one)).not.toBe(key(draft('chat', 'What?', [2])));
	expect(key(one)).not.toBe(key({ ...one, panAndScan: { doPanAndScan: true } }));
	const none = draft('chat', 'What?');
	expect(key(none)).toBe(key({ ...none, panAndScan: { doPanAndScan: true } }));
	expect(key(none)).toBe(toPromptKey(toPrompt(none)));
});

test('a prompt with pictures gives no draft of text', () => {
	expect(toDraft(toPrompt(draft('chat', 'What?', [1])))).toBeNull();
	expect(toDraft(toPrompt(draft('chat', 'What?')))).toEqual(draft('chat', 'What?'));
});
