import { askUpTo, prose, type NotebookSource } from './notebookSource.js';

const story =
	'Dora has a lamp. Ben has a cup. Carl has a hat. Ann has a key. Emil has a drum. Zoe has a kite. ' +
	'The birds are singing. It is a quiet day. What does Carl have?';
const begun = 'Carl has a';

export const localAndGlobalLayers: NotebookSource = {
	slug: 'local-and-global-layers',
	title: 'Local and global layers',
	summary: 'Ten layers see 32 tokens back, two see everything: which of them carries a fact?',
	cells: [
		prose(
			'intro',
			`
# Local and global layers

Gemma 3 has two kinds of layer. A *local* layer sees the last few tokens, its window; a *global* layer sees everything before. Of every six layers one is global. In this model the window is 32 tokens, and layers 5 and 11 of 12 are global. You will see a fact come from 40 tokens back, the two heads that fetch it, and what the model says when they may not.
`
		),
		askUpTo('prompt', story, begun),
		prose(
			'window',
			`
The prompt ends inside the answer, at *Carl has a*, so that one pass of the model shows how it chooses what comes next: \`␣hat\`, 100.0 %.

The last token is in row 57, and \`␣hat\` in column 17. A local layer shows row 57 the columns 26 to 57 alone, itself and the 31 before it. The hat lies outside.
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

Layer 4 is local and cannot see the fact. It can see the question: in row 57, L4·H0 gives 85 % to \`␣Carl\` (47), ten tokens back. One layer on, L5·H0 looks across the whole story and gives 75 % to \`␣hat\` (17); L5·H1 gives it 54 %. Measured over held-out questions of this kind, L5·H1 gives the sentence with the answer 69.5 % and L5·H0 68.5 %; the next head of a global layer has 10.1 %.
`
		),
		{
			id: 'who',
			kind: 'attention',
			source: 'prompt',
			caption: 'L4·H0, local: whom is the question about?',
			settings: { layer: 4, head: 0, query: 57, key: 47 }
		},
		{
			id: 'what',
			kind: 'attention',
			source: 'prompt',
			caption: 'L5·H0, global: what has he?',
			settings: { layer: 5, head: 0, query: 57, key: 17 }
		},
		prose(
			'close',
			`
## Close the far cells

The second prompt is the same, but in layers 5 and 11 row 57 may see no further than a local layer: its columns 0 to 25 are closed. Now the model says \`␣kite\`, 99.9 %. Of the six things, only the drum and the kite lie within the window, and the kite is the last.
`
		),
		askUpTo('closed', story, begun, {
			edits: [5, 11].map((layer) => ({
				layer,
				queries: { start: 57, end: 58 },
				keys: { start: 0, end: 26 },
				open: false
			}))
		}),
		{
			id: 'closed-mask',
			kind: 'mask',
			source: 'closed',
			caption: 'Layer 5 with the far part of row 57 closed.',
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

- Ask the first prompt about Ben, or about Zoe, whose kite a local layer can see, and run it.
- Take the edit of layer 11 out of the second prompt and run it. The answer stays wrong: it is layer 5 that carries the fact. Put it back and take out the one of layer 5: the hat returns.
- Move through the layers of L4·H0's picture. Every sixth, from 5 on, has no left edge.
`
		)
	],
	recordings: {
		prompt: { topK: 12, numScores: 5 },
		closed: { topK: 12, attentionLayers: [4, 5, 11], numScores: 5 }
	},
	claims: [
		{ cell: 'prompt', position: 57, token: ' hat', percent: '100.0' },
		{ cell: 'prompt', layer: 4, head: 0, query: 57, keys: 47, percent: '85' },
		{ cell: 'prompt', layer: 5, head: 0, query: 57, keys: 17, percent: '75' },
		{ cell: 'prompt', layer: 5, head: 1, query: 57, keys: 17, percent: '54' },
		{ named: 'recall', layer: 5, head: 1, percent: '69.5' },
		{ named: 'recall', layer: 5, head: 0, percent: '68.5' },
		{ named: 'recall', layer: 11, head: 3, percent: '10.1' },
		{ cell: 'closed', position: 57, token: ' kite', percent: '99.9' },
		{ lesson: 'recall', percent: '99.5' },
		{ lesson: 'recall, global layers closed', percent: '42.5' },
		{ lesson: 'recall, 128 and more tokens back', percent: '98' },
		{ lesson: 'recall, 128 and more tokens back, global layers closed', percent: '2' }
	]
};
