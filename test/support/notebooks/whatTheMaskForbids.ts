import { ask, askUpTo, prose, samplePicture, type NotebookSource } from './notebookSource.js';

const story = 'Ann has a key. Ben has a cup. Carl has a hat. What does Ben have?';
const begun = 'Ben has a';
const circle = samplePicture('red-circle.png');
const layers = Array.from({ length: 12 }, (_, layer) => layer);

export const whatTheMaskForbids: NotebookSource = {
	slug: 'what-the-mask-forbids',
	title: 'What the mask forbids',
	summary: 'One closed cell of 6,336 changes an answer; a closed picture leaves a guess.',
	cells: [
		prose(
			'intro',
			`
Before any head looks, a mask has said where it may. You will read a mask, close a single one of its cells and see the answer change, find the one place where a token may look ahead, and hide a picture from a question.
`
		),
		askUpTo('prompt', story, begun),
		{
			id: 'mask',
			kind: 'mask',
			source: 'prompt',
			caption: 'Layer 5. Point at a cell to read why it is open or closed.',
			settings: { layer: 5 }
		},
		prose(
			'rule',
			`
## Closed means zero

A head scores each query against each key; the mask $m$ is added before the softmax that makes shares of the scores:

$$
w = \\mathrm{softmax}(q k^\\top / \\sqrt{d} + m)
$$

In an open cell $m$ is 0. In a closed one it is so far below zero that the weight is exactly 0, not just small. Of text a token sees itself and what came before: 528 of the 1,024 cells here. The prompt has 32 tokens, as many as the window of a local layer, so that all twelve layers have this mask, with 6,336 open cells in all.

At the end of the prompt, row 31, the model has to say what Ben has. L5·H0 gives 70 % to \`␣cup\` (12), L5·H1 67 %, and the next token is \`␣cup\`, 100.0 %.

## Close one cell

The second prompt closes one of the 6,336: row 31, column 12, in layer 5. The model now says \`␣hat\`, 99.5 %. The other eleven layers still see the cup, but it is in layer 5 that it is looked up: with the same cell closed in any other layer, the answer stays \`␣cup\`.
`
		),
		askUpTo('closed', story, begun, {
			edits: [
				{ layer: 5, queries: { start: 31, end: 32 }, keys: { start: 12, end: 13 }, open: false }
			]
		}),
		{
			id: 'closed-mask',
			kind: 'mask',
			source: 'closed',
			caption: 'The edited cell has a notch.',
			settings: { layer: 5 }
		},
		prose(
			'moved',
			`
The weight did not vanish, since a row adds up to 1. It went to what is left: in L5·H0 \`␣hat\` had 11 % and now has 36 %, and \`␣key\` rose from 8 % to 25 %.
`
		),
		{
			id: 'difference',
			kind: 'comparison',
			source: 'prompt',
			caption: 'L5·H0, closed less open: only row 31 differs.',
			settings: { other: 'closed', view: 'attention', layer: 5, head: 0 }
		},
		prose(
			'picture-rule',
			`
## Pictures may look ahead

A picture enters the prompt as a block of soft tokens, here 16 (5 to 20), and a picture has no first and last. So the tokens of one picture see each other both ways: the block is open above the diagonal too. Text before it does not see it, text after it does.
`
		),
		ask('picture', 'What color is the circle?', [circle]),
		{
			id: 'picture-mask',
			kind: 'mask',
			source: 'picture',
			caption: 'Layer 0: a full square in the triangle.',
			settings: { layer: 0 }
		},
		prose(
			'hide',
			`
With the picture, the answer begins with \`R\`, for *Red*: 100.0 %. The last prompt closes columns 5 to 20 to every row behind the picture, in all layers. What is left is a guess about circles in general: \`P\` (*Purple*) 60.2 %, \`B\` 20.1 %, \`R\` 7.2 %.
`
		),
		ask('hidden', 'What color is the circle?', [circle], {
			edits: layers.map((layer) => ({
				layer,
				queries: { start: 21, end: 34 },
				keys: { start: 5, end: 21 },
				open: false
			}))
		}),
		{
			id: 'hidden-mask',
			kind: 'mask',
			source: 'hidden',
			caption: 'Layer 0 with the picture closed to the text behind it.',
			settings: { layer: 0 }
		},
		prose(
			'try',
			`
## Try

- Put another picture into the last prompt and run it. The guess stays the same to the last digit: nothing of the picture comes through.
- Undo the edits of the last prompt and run it: the picture is back.
- Set the mask rule of the picture's prompt to 4.56, that of older versions of transformers. The mask stays as it is: the rules differ only where a picture is longer than the window.
`
		)
	],
	recordings: {
		picture: { attentionLayers: [5, 8] },
		hidden: { attentionLayers: [5, 8] }
	},
	claims: [
		{ cell: 'prompt', layer: 5, head: 0, query: 31, keys: 12, percent: '70' },
		{ cell: 'prompt', layer: 5, head: 1, query: 31, keys: 12, percent: '67' },
		{ cell: 'prompt', position: 31, token: ' cup', percent: '100.0' },
		{ cell: 'closed', position: 31, token: ' hat', percent: '99.5' },
		{ cell: 'prompt', layer: 5, head: 0, query: 31, keys: 17, percent: '11' },
		{ cell: 'closed', layer: 5, head: 0, query: 31, keys: 17, percent: '36' },
		{ cell: 'prompt', layer: 5, head: 0, query: 31, keys: 7, percent: '8' },
		{ cell: 'closed', layer: 5, head: 0, query: 31, keys: 7, percent: '25' },
		{ cell: 'picture', position: 33, token: 'R', percent: '100.0' },
		{ cell: 'hidden', position: 33, token: 'P', percent: '60.2' },
		{ cell: 'hidden', position: 33, token: 'B', percent: '20.1' },
		{ cell: 'hidden', position: 33, token: 'R', percent: '7.2' }
	]
};
