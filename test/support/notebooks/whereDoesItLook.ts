import { ask, prose, samplePicture, type NotebookSource } from './notebookSource.js';

const shapes = samplePicture('three-shapes.png');
const describe = 'Describe this image.';

export const whereDoesItLook: NotebookSource = {
	slug: 'where-does-it-look',
	title: 'Where does it look?',
	summary: 'One head finds the shape that a question names; two closed heads change the answer.',
	cells: [
		prose(
			'intro',
			`
A picture enters the prompt as soft tokens, here 16, each for a square of a 4 × 4 grid. Attention to them can be painted over the picture. You will see one head find whatever shape you ask for, another walk through the picture word by word, and learn what it takes to say that a look *matters*.
`
		),
		ask('square', 'What color is the square?', [shapes]),
		{
			id: 'square-look',
			kind: 'imageAttention',
			source: 'square',
			caption: 'L8·H0, at the end of the question about the square.',
			settings: { layer: 8, head: 0, query: 33 }
		},
		prose(
			'found',
			`
This is row 33, the last of the prompt, where the answer begins. L8·H0 gives 80 % to the soft token at the upper right, where the square is, and 15 % to the one below. The answer begins with \`B\`, for *Blue*: 100.0 %.

Now only one word of the question changes.
`
		),
		ask('triangle', 'What color is the triangle?', [shapes]),
		{
			id: 'triangle-look',
			kind: 'imageAttention',
			source: 'triangle',
			caption: 'L8·H0, at the end of the question about the triangle.',
			settings: { layer: 8, head: 0, query: 33 }
		},
		prose(
			'measured',
			`
The triangle lies across two soft tokens at the bottom, and gets 73 % and 24 %. That is not the luck of one picture: over 40 held-out ones, L8·H0 gives the picture 95.8 %, and the one soft token that holds the middle of the shape 60.4 %, more than any other head.

## A look is not yet a cause

Does the answer come from there? A picture of attention cannot tell; closing cells can. The next prompt asks about the square again and closes the picture to row 33 for two heads of 48, L8·H0 and its neighbour L8·H1, which looks at the same place (67 % on the upper right). Now it says \`G\`, for *Green*: 81.5 %. With L8·H0 alone closed it would still say \`B\`: one does the other's work.
`
		),
		ask('blind', 'What color is the square?', [shapes], {
			edits: [0, 1].map((head) => ({
				layer: 8,
				head,
				queries: { start: 33, end: 34 },
				keys: { start: 5, end: 21 },
				open: false
			}))
		}),
		{
			id: 'difference',
			kind: 'comparison',
			source: 'square',
			caption: 'What comes next, with both heads open and closed.',
			settings: { other: 'blind', view: 'logits' }
		},
		prose(
			'walk',
			`
## Word by word

Asked for a description, the model names shape after shape, and L11·H0 goes along: before \`␣red\` (row 36) it gives 94 % to the upper left, before \`␣blue\` (40) 98 % to the upper right, before \`␣green\` (44) 55 % and 41 % to the two at the bottom.
`
		),
		ask('describe', describe, [shapes]),
		{
			id: 'description',
			kind: 'generation',
			source: 'describe',
			caption: 'Greedy.',
			settings: { maxNewTokens: 20 }
		},
		...[
			{ id: 'red', query: 36 },
			{ id: 'blue', query: 40 },
			{ id: 'green', query: 44 }
		].map(({ id, query }) => ({
			id,
			kind: 'imageAttention' as const,
			source: 'description',
			caption: `L11·H0 before it says ${id}.`,
			settings: { layer: 11, head: 0, query }
		})),
		prose(
			'try',
			`
## Try

- Ask about the circle, and run it: the look goes to the upper left.
- Set the layer of the first picture to 1. L1·H2 gives the picture 87 %, spread over all of it: nothing is searched for yet.
- Undo the mask edits of the prompt with closed heads and run it. Blue is back.
`
		)
	],
	recordings: {
		triangle: { attentionLayers: [1, 5, 8, 11] },
		blind: { attentionLayers: [8] },
		describe: { attentionLayers: [] },
		description: { attentionLayers: [5, 8, 11] }
	},
	claims: [
		{ cell: 'square', layer: 8, head: 0, query: 33, keys: 8, percent: '80' },
		{ cell: 'square', layer: 8, head: 0, query: 33, keys: 12, percent: '15' },
		{ cell: 'square', position: 33, token: 'B', percent: '100.0' },
		{ cell: 'triangle', layer: 8, head: 0, query: 33, keys: 19, percent: '73' },
		{ cell: 'triangle', layer: 8, head: 0, query: 33, keys: 18, percent: '24' },
		{ named: 'picture', layer: 8, head: 0, percent: '95.8' },
		{ named: 'shape', layer: 8, head: 0, percent: '60.4' },
		{ cell: 'square', layer: 8, head: 1, query: 33, keys: 8, percent: '67' },
		{ cell: 'blind', position: 33, token: 'G', percent: '81.5' },
		{ cell: 'description', says: 'A red circle, a blue square and a green triangle.<end_of_turn>' },
		{ cell: 'description', layer: 11, head: 0, query: 36, keys: 5, percent: '94' },
		{ cell: 'description', layer: 11, head: 0, query: 40, keys: 8, percent: '98' },
		{ cell: 'description', layer: 11, head: 0, query: 44, keys: 19, percent: '55' },
		{ cell: 'description', layer: 11, head: 0, query: 44, keys: 18, percent: '41' },
		{ cell: 'square', layer: 1, head: 2, query: 33, keys: [5, 21], percent: '87' }
	]
};
