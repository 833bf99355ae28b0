import { expect, test } from 'vitest';
import { toCell, type CellInput, type CellOf } from '../../../src/lib/notebook/notebook.js';
import {
	addPictures,
	removePicture,
	toMessage,
	toTemplate,
	toTurn
} from '../../../src/lib/state/notebook/promptTurns.js';
import { pictureMark } from '../../../src/lib/state/prompt.js';

const hash = (digit: string) => `sha256-${digit.repeat(64)}`;
const [a, b, c] = ['a', 'b', 'c'].map((digit) => ({ image: hash(digit), name: digit }));
const image = { type: 'image' } as const;
const text = (value: string) => ({ type: 'text', text: value }) as const;

function settingsOf(settings: object): CellOf<'prompt'>['settings'] {
	const cell = { id: 'prompt-1', kind: 'prompt', settings } as CellInput;
	return (toCell(cell) as CellOf<'prompt'>).settings;
}

test('a turn is typed with its first pictures beside the text, and the others marked in it', () => {
	const content = [image, image, text('left '), image, text(' right')];
	const turn = toTurn({ role: 'user', content });
	expect(turn).toEqual({ role: 'user', leading: 2, text: `left ${pictureMark} right` });
	expect(toMessage(turn)).toEqual({ role: 'user', content });
});

test('whatever is typed into a turn is read back as it was typed', () => {
	const texts = ['', 'x', pictureMark, `${pictureMark}x`, `x${pictureMark}${pictureMark}`, ' y '];
	for (const leading of [0, 1, 3]) {
		for (const typed of texts) {
			const turn = { role: 'user', leading, text: typed } as const;
			expect(toTurn(toMessage(turn))).toEqual(turn);
		}
	}
});

test('a picture is put behind those of its turn and of turns before, and taken out with its place', () => {
	const messages = [
		{ role: 'user', content: [image, text('first')] },
		{ role: 'assistant', content: 'said' },
		{ role: 'user', content: 'second' }
	];
	const settings = settingsOf({ messages, pictures: [a] });
	const added = settingsOf({ ...settings, ...addPictures(settings, 2, [b]) });
	expect(added.pictures).toEqual([a, b]);
	expect(added.messages[2].content).toEqual([image, text('second')]);
	const between = settingsOf({ ...added, ...addPictures(added, 0, [c]) });
	expect(between.pictures).toEqual([a, c, b]);
	expect(between.messages[0].content).toEqual([image, image, text('first')]);
	const removed = settingsOf({ ...between, ...removePicture(between, 2) });
	expect(removed.pictures).toEqual([a, c]);
	expect(removed.messages[2]).toEqual({ role: 'user', content: 'second' });
	expect(removed.messages[0]).toEqual(between.messages[0]);
});

test('in plain text a picture goes where the caret is', () => {
	const settings = settingsOf({
		template: 'plain',
		text: `one ${pictureMark} two`,
		pictures: [a]
	});
	const added = settingsOf({ ...settings, ...addPictures(settings, 0, [b]) });
	expect(added.text).toBe(`${pictureMark}one ${pictureMark} two`);
	expect(added.pictures).toEqual([b, a]);
	expect(removePicture(added, 1)).toEqual({ text: `${pictureMark}one  two`, pictures: [b] });
});

test('a prompt that is sent the other way keeps its words until that way was typed', () => {
	const chat = settingsOf({
		messages: [{ role: 'user', content: [image, text('Hello')] }],
		pictures: [a]
	});
	expect(toTemplate(chat, 'plain')).toEqual({ template: 'plain', text: `${pictureMark}Hello` });
	const plain = settingsOf({ template: 'plain', text: 'Once', messages: [] });
	expect(toTemplate(plain, 'chat')).toEqual({
		template: 'chat',
		messages: [{ role: 'user', content: 'Once' }]
	});
	const both = settingsOf({ text: 'Once', messages: [{ role: 'user', content: 'Hello' }] });
	expect(toTemplate(both, 'plain')).toEqual({ template: 'plain' });
});
