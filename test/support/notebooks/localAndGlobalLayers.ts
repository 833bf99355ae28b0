import { askUpTo, prose, type NotebookSource } from './notebookSource.js';

const story =
	'Carl has a hat. Ben has a cup. Ann has a key. Dora has a lamp. Emil has a drum. Zoe has a kite. ' +
	'What does Carl have?';
const begun = 'Carl has a';

export const localAndGlobalLayers: NotebookSource = {
	slug: 'local-and-global-layers',
	title: 'Local and global layers',
	summary: 'Ten layers see 32 tokens back, two see everything: which of them carries a fact?',
	cells: [
		prose(
			'intro',
			`
Gemma 3 has two kinds of layer. A *local* layer sees the last few tokens, its window; a *global* layer sees everything before. Of every six layers one is global. In this model the window is 32 tokens, and layers 5 and 11 of 12 are global. You will see a fact come from 39 tokens back, the two heads that fetch it, and what the model says when they may not.
`
		),
		askUpTo('prompt', story, begun),
		prose(
			'window',
			`
The prompt ends inside the answer, at *Carl has a*, so that one pass of the model shows how it chooses what comes next: \`␣hat\`, 100.0 %.

The last token is in row 46, and \`␣hat\` in column 7. A local layer shows row 46 the columns 15 to 46 alone, itself and the 31 before it. The hat lies outside.
`
		),
		{
			id: 'local-mask',
			kind: 'mask',
			source: 'prompt',
			caption: 'Layer 4, local: a band as wide as the window.',
			settings: { layer: 4 }
		},
		{
			id: 'global-mask',
			kind: 'mask',
			source: 'prompt',
			caption: 'Layer 5, global: everything before.',
			settings: { layer: 5 }
		},
		prose(
			'relay',
			`
## One finds who is meant, the other what he has

Layer 4 is local and cannot see the fact. It can see the question: in row 46, L4·H0 gives 89 % to \`␣Carl\` (36), ten tokens back. One layer on, L5·H0 looks across the whole story and gives 80 % to \`␣hat\` (7); L5·H1 gives it 59 %. Measured over held-out questions of this kind, L5·H1 gives the sentence with the answer 69.5 % and L5·H0 68.5 %; the next head of a global layer has 10.1 %.
`
		),
		{
			id: 'who',
			kind: 'attention',
			source: 'prompt',
			caption: 'L4·H0, local: whom is the question about?',
			settings: { layer: 4, head: 0, query: 46, key: 36 }
		},
		{
			id: 'what',
			kind: 'attention',
			source: 'prompt',
			caption: 'L5·H0, global: what has he?',
			settings: { layer: 5, head: 0, query: 46, key: 7 }
		},
		prose(
			'close',
			`
## Close the far cells

The second prompt is the same, but in layers 5 and 11 row 46 may see no further than a local layer: its columns 0 to 14 are closed. Now the model says \`␣lamp\`, 100.0 %. It names one of the four things that are left in the window, and is as sure as before.

It is layer 5 that carries the fact. With those cells closed in layer 11 alone the answer is still \`␣hat\`; in layer 5 alone, \`␣lamp\`.
`
		),
		askUpTo('closed', story, begun, {
			edits: [5, 11].map((layer) => ({
				layer,
				queries: { start: 46, end: 47 },
				keys: { start: 0, end: 15 },
				open: false
			}))
		}),
		{
			id: 'closed-mask',
			kind: 'mask',
			source: 'closed',
			caption: 'Layer 5 with the far part of row 46 closed.',
			settings: { layer: 5 }
		},
		{
			id: 'both',
			kind: 'comparison',
			source: 'prompt',
			caption: 'What comes next, with far cells open and closed.',
			settings: { other: 'closed', view: 'logits' }
		},
		prose(
			'measured',
			`
One story may be luck. Over 400 held-out questions, this model answers 99.5 % rightly; with its global layers closed beyond the window, 42.5 %. Where the fact is 128 tokens back or more, 98 % become 2 %; where it lies inside the window, nothing is lost.

## Try

- In the second prompt, make Carl Zoe in the question and in the answer, and run it: her kite is within the window, and the answer is right.
- Undo the mask edits of the second prompt and run it: the hat returns.
- Move through the layers of the first mask. Only two have no lower left corner cut off.
`
		)
	],
	recordings: {
		closed: { attentionLayers: [5] }
	},
	claims: [
		{ cell: 'prompt', position: 46, token: ' hat', percent: '100.0' },
		{ cell: 'prompt', layer: 4, head: 0, query: 46, keys: 36, percent: '89' },
		{ cell: 'prompt', layer: 5, head: 0, query: 46, keys: 7, percent: '80' },
		{ cell: 'prompt', layer: 5, head: 1, query: 46, keys: 7, percent: '59' },
		{ named: 'recall', layer: 5, head: 1, percent: '69.5' },
		{ named: 'recall', layer: 5, head: 0, percent: '68.5' },
		{ named: 'recall', layer: 11, head: 3, percent: '10.1' },
		{ cell: 'closed', position: 46, token: ' lamp', percent: '100.0' },
		{ lesson: 'recall', percent: '99.5' },
		{ lesson: 'recall, global layers closed', percent: '42.5' },
		{ lesson: 'recall, 128 and more tokens back', percent: '98' },
		{ lesson: 'recall, 128 and more tokens back, global layers closed', percent: '2' }
	]
};
