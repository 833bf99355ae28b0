import { expect, test } from 'vitest';
import {
	imageLabel,
	tokenLabel,
	toTokenRuns,
	toVisibleText,
	truncateMiddle
} from '../../../src/lib/views/tokenLabel.js';
import { controlToken, softToken, textToken } from '../../support/madeTrace.js';

test('white space and control characters are made visible', () => {
	expect(toVisibleText(' is')).toBe('␣is');
	expect(toVisibleText('\n\n')).toBe('⏎⏎');
	expect(toVisibleText('a\tb\r')).toBe('a⇥b␍');
	expect(toVisibleText('\u00a0\u200b\u0007')).toBe('⟨00A0⟩⟨200B⟩⟨0007⟩');
	expect(toVisibleText('')).toBe('∅');
	expect(toVisibleText('héé 🙂')).toBe('héé␣🙂');
});

test('a long text loses its middle, whole characters at a time', () => {
	expect(truncateMiddle('<start_of_turn>', 9)).toBe('<sta…urn>');
	expect(truncateMiddle('🙂🙂🙂🙂', 3)).toBe('🙂…🙂');
	expect(truncateMiddle('short', 9)).toBe('short');
});

test('control tokens keep their names, soft tokens say which they are', () => {
	expect(tokenLabel(controlToken(0, '<bos>'))).toBe('<bos>');
	expect(tokenLabel(softToken(3, 0), { softIndex: 9 })).toBe('soft 9');
	expect(tokenLabel(textToken(1, ' capital'), { length: 5 })).toBe('␣c…al');
});

test('the soft tokens of one image are one run, two images next to each other two', () => {
	const tokens = [
		controlToken(0, '<bos>'),
		softToken(1, 0),
		softToken(2, 0),
		softToken(3, 1),
		textToken(4, ' x'),
		textToken(5, ' y')
	];
	expect(toTokenRuns(tokens)).toEqual([
		{ start: 0, end: 1, imageIndex: null },
		{ start: 1, end: 3, imageIndex: 0 },
		{ start: 3, end: 4, imageIndex: 1 },
		{ start: 4, end: 5, imageIndex: null },
		{ start: 5, end: 6, imageIndex: null }
	]);
	expect(toTokenRuns([])).toEqual([]);
});

test('squares are named by picture and crop, counted from 1', () => {
	const square = {
		picture: 0,
		crop: null,
		box: { x: 0, y: 0, width: 9, height: 9 },
		gridSize: 4,
		tokens: { start: 1, end: 17 }
	};
	const images = [square, { ...square, crop: 1 }];
	expect(imageLabel(images, 0)).toBe('image 1');
	expect(imageLabel(images, 1)).toBe('image 1, crop 2');
});
