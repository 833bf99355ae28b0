import { ask, prose, type NotebookSource } from './notebookSource.js';

export const stepByStep: NotebookSource = {
	slug: 'step-by-step',
	title: 'Step by step',
	summary: 'Where a model chooses and where it has no choice; temperature; when it knows a word.',
	cells: [
		prose(
			'intro',
			`
A model writes one token at a time: it gives every token of its vocabulary a probability, one is taken, and it looks again. You will see where there is a choice and where there is none, what temperature does to the choice, and in which layer a word appears.
`
		),
		ask('prompt', 'Tell me a story about a fox.'),
		{
			id: 'story',
			kind: 'generation',
			source: 'prompt',
			caption: 'Greedy: the likeliest token each time.',
			settings: { maxNewTokens: 60 }
		},
		prose(
			'choices',
			`
## Where there is a choice

The stories that this model learned begin, equally often, *Once upon a time there was*, *Once there was* or *There was*. So it gives \`Once\` 68.5 % and \`There\` 31.5 % (row 17), about two thirds and one; behind \`Once\`, \`␣there\` has 51.8 % and \`␣upon\` 48.2 %. Then comes \`␣a\`, 91.0 %, or \`␣an\`, 9.0 %: one adjective of ten, *old*, needs it. Behind \`␣named\` (25) thirty names could follow, and the likeliest, \`␣Dora\`, has 3.9 %.

## And where there is none

Once the name is said it is settled. Behind \`␣One␣day\` (row 29) comes \`␣Dora\`, 100.0 %, and L5·H0 shows how: it gives 95 % to \`␣Dora\` (26), where the name was first said.
`
		),
		{
			id: 'name',
			kind: 'attention',
			source: 'story',
			caption: 'L5·H0: each place that needs the name looks back at it.',
			settings: { layer: 5, head: 0, query: 29, key: 26 }
		},
		prose(
			'temperature',
			`
## Temperature

Sampling draws a token by its probability. Temperature divides the logits before that: below 1 it sharpens the choice, above 1 it flattens it. Both stories below are drawn with the same seed, from all 1,024 tokens.

At temperature 1 only the open places change: another beginning, another name, a whole story. At 2 the thousand tokens that were hopeless, one by one, have a share together that is not, and the story falls apart.
`
		),
		{
			id: 'warm',
			kind: 'generation',
			source: 'prompt',
			caption: 'Temperature 1, seed 7.',
			settings: { maxNewTokens: 60, doSample: true, temperature: 1, topK: 0, topP: 1, seed: 7 }
		},
		{
			id: 'hot',
			kind: 'generation',
			source: 'prompt',
			caption: 'Temperature 2, seed 7.',
			settings: { maxNewTokens: 60, doSample: true, temperature: 2, topK: 0, topP: 1, seed: 7 }
		},
		prose(
			'lens',
			`
## When does it know?

Between embedding and answer each token passes twelve layers. The *logit lens* takes what a layer left behind, sends it through the last norm and the output head as if it were the end, and reads which token would come next.
`
		),
		ask('capital', 'What is the capital of France?'),
		{
			id: 'paris',
			kind: 'generation',
			source: 'capital',
			caption: 'Greedy.',
			settings: { maxNewTokens: 16 }
		},
		{
			id: 'lens-of-paris',
			kind: 'logitLens',
			source: 'paris',
			caption: 'What each layer would say next; the embedding is at the bottom.',
			settings: { k: 5, positions: { start: 18, end: 32 } }
		},
		prose(
			'when',
			`
At \`␣is\` (26) the model has to name a city, and the first piece of *Paris* is \`␣P\`. The embedding says the word itself, \`␣is\`. After layer 8 the lens leans to \`␣T\`, 44.8 %. \`␣P\` leads from layer 9 on, with 27.3 %, then 49.1 % after layer 10, and 100.0 % after the global layer 11. An easy word is there much earlier: at the start of the answer (18), \`The\` has 98.7 % after layer 7.

## Try

- Run the hot story with a minimum probability (min-p) of 0.1: what was hopeless is not drawn, and the words are whole again.
- Draw the warm story with other seeds. *There* begins about one in three.
- Ask for the capital of another country and find the layer from which its first piece leads.
`
		)
	],
	recordings: {
		prompt: { attentionLayers: [5, 11] },
		story: { attentionLayers: [3, 5, 11] },
		warm: { attentionLayers: [] },
		hot: { attentionLayers: [] },
		capital: { attentionLayers: [5, 11] },
		paris: {
			attentionLayers: [5, 11],
			lensLayers: Array.from({ length: 13 }, (_, state) => state)
		}
	},
	claims: [
		{
			cell: 'story',
			says: 'Once there was a kind fox named Dora. One day Dora went to the school. There Dora found a lamp. Dora gave it to Eva. Eva was very tired.<end_of_turn>'
		},
		{
			cell: 'warm',
			says: 'There was a quick fox named Carl. One day Carl went to the forest. It was early in the morning. There Carl found a cake. Carl gave it to Gina. Gina was very angry.<end_of_turn>'
		},
		{
			cell: 'hot',
			says: 'There was an old fox named Ann. One day Ann went to the forest. It wasEmil has the river. ThereCalculateav\u0002 we long wayeru. color. Afteror a very proud.<end_of_turn>'
		},
		{ cell: 'story', position: 17, token: 'Once', percent: '68.5' },
		{ cell: 'story', position: 17, token: 'There', percent: '31.5' },
		{ cell: 'story', position: 18, token: ' there', percent: '51.8' },
		{ cell: 'story', position: 18, token: ' upon', percent: '48.2' },
		{ cell: 'story', position: 20, token: ' a', percent: '91.0' },
		{ cell: 'story', position: 20, token: ' an', percent: '9.0' },
		{ cell: 'story', position: 25, token: ' Dora', percent: '3.9' },
		{ cell: 'story', position: 29, token: ' Dora', percent: '100.0' },
		{ cell: 'story', layer: 5, head: 0, query: 29, keys: 26, percent: '95' },
		{ cell: 'paris', says: 'The capital of France is Paris.<end_of_turn>' },
		{ cell: 'paris', position: 26, state: 9, token: ' T', percent: '44.8' },
		{ cell: 'paris', position: 26, state: 10, token: ' P', percent: '27.3' },
		{ cell: 'paris', position: 26, state: 11, token: ' P', percent: '49.1' },
		{ cell: 'paris', position: 26, state: 12, token: ' P', percent: '100.0' },
		{ cell: 'paris', position: 18, state: 8, token: 'The', percent: '98.7' }
	]
};
