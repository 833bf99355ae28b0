import { ask, prose, type NotebookSource } from './notebookSource.js';

export const readingAnAttentionMap: NotebookSource = {
	slug: 'reading-an-attention-map',
	title: 'Reading an attention map',
	summary: 'Rows look, columns are looked at: three heads copy five letters.',
	cells: [
		prose(
			'intro',
			`
You will read the one picture that every layer of a transformer has: who looks at whom. The model that comes with the page is asked to repeat five letters, and you will find the head that looks one token back, the head that finds what to copy, and a head at rest. Tokens, layers and heads are numbered from 0: point at a token to read its number.
`
		),
		ask('prompt', 'Repeat: l s i k r'),
		{
			id: 'answer',
			kind: 'generation',
			source: 'prompt',
			caption: 'Greedy: the likeliest token each time.',
			settings: { maxNewTokens: 12 }
		},
		{ id: 'tokens', kind: 'tokens', source: 'answer' },
		prose(
			'rows',
			`
## Rows look, columns are looked at

Each row is a token that looks, the *query*; each column is a token that may be looked at, the *key*. A row's weights are shares: none is negative, and together they are 1. Right of the diagonal everything is empty, since no token sees what comes after it.

This is head 2 of layer 3, written L3·H2. The row of the answer's \`␣s\` (17) gives 98 % to the token just before it, \`l\` (16); the next row, \`␣i\` (18), gives 97 % to 17. Down the answer the weight lies in a stripe just under the diagonal. It is a *previous-token head*: over stories it gives 62.6 % of its attention to the token before, more than any other head of this model.
`
		),
		{
			id: 'previous',
			kind: 'attention',
			source: 'answer',
			caption: 'L3·H2: the previous-token head.',
			settings: { layer: 3, head: 2, query: 17, key: 16 }
		},
		prose(
			'copy',
			`
## A head that finds what to copy

In L7·H3 another stripe lies far from the diagonal: a staircase. When the answer begins (row 15, the last line break of the prompt), 99 % goes to the first letter, \`␣l\` (6), and \`l\` is what the model says next. In row 16 it has said \`l\`, and 87 % goes to \`␣s\` (7): to the letter *after* the one it is at. Row after row the look moves one letter on.

A head that looks at what followed the same token earlier is called an *induction head*. It needs two steps: an earlier layer tells each letter what stood before it, as L3·H2 can, and a later one looks for the letter that has the current one before it. The same staircase is there two layers earlier, in the global layer 5: L5·H0 gives 96 % to the first letter in row 15 and 92 % to the second in row 16. Measured on random words said twice, L5·H0 is this model's best induction head, with 19.9 %.
`
		),
		{
			id: 'induction',
			kind: 'attention',
			source: 'answer',
			caption: 'L7·H3: the staircase.',
			settings: { layer: 7, head: 3, query: 16, key: 7 }
		},
		prose(
			'rest',
			`
## A head at rest

Weights must add up to 1, also where a head has nothing to find. L1·H1 then rests on one token: rows 17 and 18 both give 99 % to the line break before the answer (15). Such a bright column does not say that the token matters; it says that the head had nothing better to do.
`
		),
		{
			id: 'resting',
			kind: 'attention',
			source: 'answer',
			caption: 'L1·H1: a column that means rest.',
			settings: { layer: 1, head: 1, query: 18, key: 15 }
		},
		prose(
			'try',
			`
## Try

- Set the head of the staircase to *mean*. The stairs stay but fade: four heads do four things, and a mean shows none of them well.
- Change the letters and run the prompt and its answer again. The staircase moves with them.
- Make the first picture *lines*, and point at the letters of the answer, one after the other.
`
		)
	],
	recordings: {},
	claims: [
		{ cell: 'answer', says: 'l s i k r<end_of_turn>' },
		{ cell: 'answer', layer: 3, head: 2, query: 17, keys: 16, percent: '98' },
		{ cell: 'answer', layer: 3, head: 2, query: 18, keys: 17, percent: '97' },
		{ named: 'previous token', layer: 3, head: 2, percent: '62.6' },
		{ cell: 'answer', layer: 7, head: 3, query: 15, keys: 6, percent: '99' },
		{ cell: 'answer', layer: 7, head: 3, query: 16, keys: 7, percent: '87' },
		{ cell: 'answer', layer: 5, head: 0, query: 15, keys: 6, percent: '96' },
		{ cell: 'answer', layer: 5, head: 0, query: 16, keys: 7, percent: '92' },
		{ named: 'induction', layer: 5, head: 0, percent: '19.9' },
		{ cell: 'answer', layer: 1, head: 1, query: 17, keys: 15, percent: '99' },
		{ cell: 'answer', layer: 1, head: 1, query: 18, keys: 15, percent: '99' }
	]
};
