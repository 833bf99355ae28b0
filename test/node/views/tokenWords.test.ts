import { expect, test } from 'vitest';
import { createTokenRows, runAt } from '../../../src/lib/views/tokenRows.js';
import { toWordRuns } from '../../../src/lib/views/tokenWords.js';
import { softToken, textToken } from '../../support/madeTrace.js';

const words = (...texts: string[]) => {
	const tokens = texts.map((text, i) => textToken(i, text));
	return toWordRuns(tokens).map(({ start, end }) => texts.slice(start, end).join(''));
};

test('a token without a space before it goes on with the word', () => {
	expect(words('What', ' is', ' F', 'r', 'an', 'ce', '?', '\n', 'No')).toEqual([
		'What',
		' is',
		' France',
		'?',
		'\n',
		'No'
	]);
	expect(words(' don', '’', 't', ' 1', '2', '.', '5')).toEqual([' don’t', ' 12', '.', '5']);
	expect(words('ein', 'fäl', 'tig')).toEqual(['einfältig']);
});

test('scripts without spaces keep their tokens', () => {
	expect(words('東', '京', 'は')).toEqual(['東', '京', 'は']);
});

test('control tokens, images and what was generated stand apart', () => {
	const control = { ...textToken(0, '<bos>'), kind: 'control' as const };
	const tokens = [
		control,
		textToken(1, 'a'),
		softToken(2, 0),
		softToken(3, 0),
		textToken(4, 'b'),
		{ ...textToken(5, 'c'), step: 0 },
		{ ...textToken(6, 'd'), step: 1 }
	];
	expect(toWordRuns(tokens).map(({ start, end }) => [start, end])).toEqual([
		[0, 1],
		[1, 2],
		[2, 4],
		[4, 5],
		[5, 7]
	]);
	expect(toWordRuns([])).toEqual([]);
});

test('an open image shows its soft tokens behind its head, and each is found', () => {
	const tokens = [textToken(0, 'a'), softToken(1, 0), softToken(2, 0), textToken(3, 'b')];
	const folded = createTokenRows(tokens, [], { availableWidth: 900 });
	expect(folded.runs.map(({ label }) => label)).toEqual(['a', 'image 1 · 2 ▸', 'b']);
	expect([0, 1, 2, 3].map((position) => runAt(folded, position))).toEqual([0, 1, 1, 2]);
	const open = createTokenRows(tokens, [], { availableWidth: 900, opened: new Set([0]) });
	expect(open.runs.map(({ label }) => label)).toEqual([
		'a',
		'image 1 · 2 ▾',
		'soft 0',
		'soft 1',
		'b'
	]);
	expect([0, 1, 2, 3].map((position) => runAt(open, position))).toEqual([0, 2, 3, 4]);
});
