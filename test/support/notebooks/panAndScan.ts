import { ask, prose, samplePicture, type NotebookSource } from './notebookSource.js';

const banner = samplePicture('wide-banner.png');
const question = 'What number is on the banner?';

export const panAndScan: NotebookSource = {
	slug: 'pan-and-scan',
	title: 'Pan & scan',
	summary: 'A number too small for the whole picture is read in a crop, by two of twelve layers.',
	cells: [
		prose(
			'intro',
			`
The vision tower of Gemma 3 sees squares of one size. A long picture is squeezed into such a square, and what is small in it is gone. Pan & scan cuts the picture into crops and shows those as well. You will see a number misread without crops and read with them, and watch the look move from digit to digit.
`
		),
		ask('whole', question, [banner], { doPanAndScan: false }),
		{
			id: 'guess',
			kind: 'generation',
			source: 'whole',
			caption: 'Without crops.',
			settings: { maxNewTokens: 8 }
		},
		prose(
			'squeezed',
			`
The banner says 4720; the answer is 4254. It was a guess from the start: the first digit had 63.7 %. The banner is 896 × 224 pixels and the tower sees 112 × 112, so that of the 18 pixels that a digit takes along the banner 2 are left.

Over 120 held-out banners, the model reads 18.3 % without crops and 90.8 % with them.

## Cut

Pan & scan cuts a picture along its longer side into as many pieces as it is times longer, four at most. This banner, four times as wide as high, becomes four squares of 224 × 224 pixels. In each a digit keeps 9 pixels.
`
		),
		{
			id: 'plan',
			kind: 'panAndScan',
			source: 'whole',
			caption: 'How the banner would be cut.',
			settings: {
				doPanAndScan: true,
				// As this model's image processor is set up, for readers who have not loaded it.
				panAndScanMinCropSize: 32,
				panAndScanMaxNumCrops: 4,
				panAndScanMinRatioToActivate: 1.2
			}
		},
		ask('crops', question, [banner], { doPanAndScan: true }),
		{
			id: 'reading',
			kind: 'generation',
			source: 'crops',
			caption: 'With crops.',
			settings: { maxNewTokens: 8 }
		},
		prose(
			'cost',
			`
The answer is 4720. The price: each square is 16 soft tokens and the marks around them, and the prompt grows from 35 tokens to 136.

## Follow the look

The number lies in crop 3 (soft tokens 85 to 100). At the end of the prompt, row 135, L5·H0 gives it 99 %, nearly all on two soft tokens, one over the other (23 % and 76 %): the first digit stands on the line between them. It says \`4\`, then \`7\`, both from the second column of the crop; for \`2\` and \`0\` (rows 137 and 138) the look is one column further right.
`
		),
		{
			id: 'first-digit',
			kind: 'imageAttention',
			source: 'reading',
			caption: 'L5·H0 before it says 4.',
			settings: { layer: 5, head: 0, query: 135 }
		},
		{
			id: 'last-digit',
			kind: 'imageAttention',
			source: 'reading',
			caption: 'L5·H0 before it says 0.',
			settings: { layer: 5, head: 0, query: 138 }
		},
		prose(
			'global',
			`
## Only two layers can see it

A local layer shows row 135 the last 32 tokens, 104 to 135: crop 4 and the question. The crop with the number is further back, so that ten of twelve layers cannot see it from there. L2·H0, a local head, gives crop 4 its 87 % and crop 3 nothing.

The last prompt closes crop 3 to row 135 in the two layers that do see it, 5 and 11. The first digit is lost: it says \`6\`, 98.3 %.
`
		),
		{
			id: 'local',
			kind: 'imageAttention',
			source: 'reading',
			caption: 'L2·H0, local: crop 4 is all it can see of the pictures.',
			settings: { layer: 2, head: 0, query: 135 }
		},
		ask('blind', question, [banner], {
			doPanAndScan: true,
			edits: [5, 11].map((layer) => ({
				layer,
				queries: { start: 135, end: 136 },
				keys: { start: 85, end: 101 },
				open: false
			}))
		}),
		{
			id: 'lost',
			kind: 'comparison',
			source: 'crops',
			caption: 'What comes next, with crop 3 open and closed.',
			settings: { other: 'blind', view: 'logits' }
		},
		prose(
			'try',
			`
## Try

- Allow the second prompt two crops at most, and run it and its answer. Two pieces of 448 × 224 pixels are squeezed again, and the number is misread.
- Give the second prompt a picture of your own: wide or tall, with a printed number of three or four digits inside one crop.
- Ask *Read the number.* instead. The answer stays.
`
		)
	],
	recordings: {
		whole: { attentionLayers: [] },
		guess: { attentionLayers: [5] },
		crops: { attentionLayers: [] },
		reading: { topK: 20, attentionLayers: [2, 5] },
		blind: { attentionLayers: [] }
	},
	claims: [
		{ cell: 'guess', says: '4254<end_of_turn>' },
		{ cell: 'whole', position: 34, token: '4', percent: '63.7' },
		{ lesson: 'banner, base image only', percent: '18.3' },
		{ lesson: 'banner', percent: '90.8' },
		{ cell: 'reading', says: '4720<end_of_turn>' },
		{ cell: 'reading', layer: 5, head: 0, query: 135, keys: [85, 101], percent: '99' },
		{ cell: 'reading', layer: 5, head: 0, query: 135, keys: 90, percent: '23' },
		{ cell: 'reading', layer: 5, head: 0, query: 135, keys: 94, percent: '76' },
		{ cell: 'reading', layer: 2, head: 0, query: 135, keys: [106, 122], percent: '87' },
		{ cell: 'blind', position: 135, token: '6', percent: '98.3' }
	]
};
