import { expect, test } from 'vitest';
import { createCausalMaskMapping } from '../../../src/lib/gemma3/attentionMask.js';
import {
	createMaskExplainer,
	explainMaskCell,
	type MaskCell
} from '../../../src/lib/gemma3/explainMaskCell.js';
import type { CausalMaskDescription } from '../../../src/lib/gemma3/maskDescription.js';
import { createMaskCase } from '../../support/maskCases.js';

/** Layer 0 is local with a window of 8, layer 1 is global. */
const description: CausalMaskDescription = {
	config: {
		slidingWindow: 8,
		layerTypes: ['sliding_attention', 'full_attention'],
		numAttentionHeads: 4
	},
	queryLength: 30
};

const padded = { attentionMask: [Array.from({ length: 30 }, (_, index) => Number(index > 1))] };
const images = {
	tokenTypeIds: [
		Array.from({ length: 30 }, (_, i) => Number((i > 1 && i < 6) || (i > 9 && i < 22)))
	]
};
const edit = { queries: { start: 7, end: 10 }, keys: { start: 3, end: 6 }, open: false };

test.each<[Partial<CausalMaskDescription>, MaskCell, string]>([
	[{}, { layer: 0, query: 12, key: 3 }, 'closed: key 3 is 9 tokens back, the window is 8'],
	[
		{},
		{ layer: 0, query: 11, key: 3 },
		'closed: key 3 is 8 tokens back, the window is 8 with the query itself'
	],
	[{}, { layer: 0, query: 5, key: 12 }, 'closed: key 12 comes after query 5'],
	[{}, { layer: 1, query: 5, key: 12 }, 'closed: key 12 comes after query 5'],
	[{}, { layer: 0, query: 5, key: 3 }, 'open: key 3 is 2 tokens back, inside the window of 8'],
	[{}, { layer: 0, query: 5, key: 4 }, 'open: key 4 is 1 token back, inside the window of 8'],
	[{}, { layer: 0, query: 5, key: 5 }, 'open: key equals query'],
	[
		{},
		{ layer: 1, query: 29, key: 0 },
		'open: key 0 is 29 tokens back, and this layer sees every earlier token'
	],
	[padded, { layer: 0, query: 5, key: 0 }, 'closed: key 0 is padding'],
	[padded, { layer: 0, query: 0, key: 1 }, 'closed: key 1 is padding'],
	[images, { layer: 0, query: 2, key: 5 }, 'open: both tokens belong to image 1'],
	[images, { layer: 1, query: 21, key: 10 }, 'open: both tokens belong to image 2'],
	[images, { layer: 0, query: 10, key: 21 }, 'open: both tokens belong to image 2'],
	[
		images,
		{ layer: 0, query: 21, key: 10 },
		'closed: key 10 is 11 tokens back, the window is 8, though both tokens belong to image 2'
	],
	[
		{ ...images, maskRule: '4.56' },
		{ layer: 0, query: 21, key: 10 },
		'open: both tokens belong to image 2, which counts beyond the window of 8'
	],
	[images, { layer: 1, query: 3, key: 12 }, 'closed: key 12 comes after query 3'],
	[
		{ ...images, promptLength: 12 },
		{ layer: 1, query: 11, key: 12 },
		'closed: key 12 comes after query 11'
	],
	[
		{ edits: [{ ...edit, layer: 0 }] },
		{ layer: 0, query: 8, key: 4 },
		'closed: an edit closes keys 3–5 for queries 7–9 in this layer'
	],
	[
		{ edits: [{ ...edit, layer: 0 }] },
		{ layer: 0, query: 10, key: 4 },
		'open: key 4 is 6 tokens back, inside the window of 8'
	],
	[
		{ edits: [{ ...edit, layer: 1, head: 2 }] },
		{ layer: 1, head: 2, query: 8, key: 4 },
		'closed: an edit closes keys 3–5 for queries 7–9 in head 2 of this layer'
	],
	[
		{ edits: [{ ...edit, layer: 1, head: 2 }] },
		{ layer: 1, head: 1, query: 8, key: 4 },
		'open: key 4 is 4 tokens back, and this layer sees every earlier token'
	],
	[
		{
			edits: [
				{ ...edit, layer: 0 },
				{ layer: 0, queries: { start: 8, end: 9 }, keys: { start: 4, end: 5 }, open: true }
			]
		},
		{ layer: 0, query: 8, key: 4 },
		'open: an edit opens key 4 for query 8 in this layer (it was so before: key 4 is 4 tokens back, inside the window of 8)'
	],
	[
		{ ...padded, edits: [{ ...edit, keys: { start: 0, end: 30 }, layer: 0 }] },
		{ layer: 0, query: 8, key: 0 },
		'closed: an edit closes keys 0–29 for queries 7–9 in this layer (it was so before: key 0 is padding)'
	],
	[
		{ pastLength: 10, queryLength: 1 },
		{ layer: 0, query: 10, key: 2 },
		'closed: key 2 is 8 tokens back, the window is 8 with the query itself'
	],
	[
		{ config: { ...description.config, useBidirectionalAttention: true } },
		{ layer: 0, query: 3, key: 12 },
		'closed: key 12 is 9 tokens ahead, the window is 8'
	],
	[
		{ config: { ...description.config, useBidirectionalAttention: true } },
		{ layer: 1, query: 3, key: 12 },
		'open: key 12 is 9 tokens ahead, and this layer sees every token'
	]
])('%j, %j is told as it is', (change, cell, sentence) => {
	const explanation = explainMaskCell({ ...description, ...change, ...cell });
	expect(explanation.sentence).toBe(sentence);
	expect(explanation.open).toBe(sentence.startsWith('open'));
});

test.each<[MaskCell, string]>([
	[{ layer: 2, query: 0, key: 0 }, 'layer is 2: expected 0 to 1'],
	[{ layer: 0, head: 4, query: 0, key: 0 }, 'head is 4: expected 0 to 3'],
	[{ layer: 0, batch: 1, query: 0, key: 0 }, 'batch is 1: expected 0 to 0'],
	[{ layer: 0, query: 30, key: 0 }, 'query is 30: expected 0 to 29'],
	[{ layer: 0, query: 0, key: -1 }, 'key is -1: expected 0 to 29']
])('%j is refused by name', (cell, message) => {
	expect(() => explainMaskCell({ ...description, ...cell })).toThrow(message);
});

test('in 500 random prompts every explanation agrees with its cell and with the facts', () => {
	const seen = new Set<string>();
	let cells = 0;
	for (let seed = 5000; seed < 5500; seed++) {
		const random = createMaskCase(seed);
		const { pastLength = 0, queryLength, config } = random;
		const explain = createMaskExplainer(random);
		for (const [layer, mask] of createCausalMaskMapping(random).layers.entries()) {
			const [batchSize, heads, , keys] = mask.dims;
			for (let index = 0; index < mask.open.length; index++) {
				const key = index % keys;
				const row = Math.floor(index / keys) % queryLength;
				const head = Math.floor(index / (keys * queryLength)) % heads;
				const batch = Math.floor(index / (keys * queryLength * heads)) % batchSize;
				const query = pastLength + row;
				// Without a head dimension no edit is for one head, and any head will do.
				const cell = { layer, head, batch, query, key };
				const { open, reason, sentence } = explain(cell);
				if (open !== (mask.open[index] === 1)) {
					expect.fail(`seed ${seed}, ${JSON.stringify(cell)}: ${sentence}`);
				}
				const facts = {
					padding: random.attentionMask?.[batch][key] === 0,
					future: key > query,
					'outside-window': Math.abs(query - key) >= config.slidingWindow,
					'same-image': random.tokenTypeIds?.[batch][key] === 1,
					self: key === query,
					earlier: key < query && config.layerTypes[layer] === 'full_attention',
					'inside-window':
						Math.abs(query - key) < config.slidingWindow &&
						config.layerTypes[layer] === 'sliding_attention',
					'both-ways': config.useBidirectionalAttention === true,
					edit: (random.edits ?? []).some((candidate) => candidate.layer === layer)
				};
				if (!facts[reason] || !sentence.startsWith(open ? 'open: ' : 'closed: ')) {
					expect.fail(`seed ${seed}, ${JSON.stringify(cell)}: ${reason}, ${sentence}`);
				}
				seen.add(reason);
				cells++;
			}
		}
	}
	console.log(`${cells} cells`);
	expect([...seen].sort()).toEqual(
		[
			'both-ways',
			'earlier',
			'edit',
			'future',
			'inside-window',
			'outside-window',
			'padding',
			'same-image',
			'self'
		].sort()
	);
});
