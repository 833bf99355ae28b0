import { expect, test } from 'vitest';
import { parseFragment, toFragment, type ViewLink } from '../../../src/lib/views/viewLink.js';

const link: ViewLink = {
	view: 'attention',
	layer: 5,
	head: 2,
	query: 28,
	key: 12,
	prompt: { kind: 'plain', text: 'a & b # c\n  = 💎' },
	settings: { scale: 'log', sink: 'hidden' }
};

test('a link comes back as it was written', () => {
	expect(parseFragment(`#${toFragment(link)}`)).toEqual(link);
	const bare: ViewLink = {
		...link,
		head: 'mean',
		query: null,
		key: null,
		prompt: null,
		settings: {}
	};
	expect(parseFragment(toFragment(bare))).toEqual({
		view: 'attention',
		layer: 5,
		head: 'mean',
		settings: {}
	});
});

test('a query alone keeps its key empty', () => {
	expect(parseFragment('query=3')).toEqual({ query: 3, key: null, settings: {} });
});

test('what cannot be read is left out', () => {
	expect(parseFragment('#view=nothing&layer=-1&head=two&query=1e9&key=4')).toEqual({
		settings: {}
	});
	expect(parseFragment('')).toEqual({ settings: {} });
});
