import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
	absentBias,
	closedBias,
	createCausalMaskMapping,
	toAdditiveMask,
	type AttentionMask
} from '../../../src/lib/gemma3/attentionMask.js';
import type { CausalMaskDescription } from '../../../src/lib/gemma3/maskDescription.js';
import { clipMaskEdits } from '../../../src/lib/gemma3/maskEdits.js';
import { parseGemma3Config } from '../../../src/lib/gemma3/parseConfiguration.js';
import { createMaskCase, isOpenCell } from '../../support/maskCases.js';
import { createRandom } from '../../support/randomText.js';

const goldens = new URL('../../fixtures/goldens/', import.meta.url);

interface MaskGolden {
	sliding_window: number;
	token_type_ids: number[];
	attention_mask: number[];
	full_attention: string[];
	sliding_attention: string[];
}

const sliding = { slidingWindow: 4, layerTypes: ['sliding_attention', 'full_attention'] } as const;

/** Rows of 0 and 1, as in masks.json. */
function toRows(mask: AttentionMask, batch = 0, head = 0): string[] {
	const [, heads, queries, keys] = mask.dims;
	const from = (batch * heads + head) * queries * keys;
	return Array.from({ length: queries }, (_, row) =>
		mask.open.subarray(from + row * keys, from + (row + 1) * keys).join('')
	);
}

test('the 40 prompts of masks.json come out cell by cell', () => {
	const cases: MaskGolden[] = JSON.parse(readFileSync(new URL('masks.json', goldens), 'utf8'));
	expect(cases).toHaveLength(40);
	for (const golden of cases) {
		const { full_attention, sliding_attention } = createCausalMaskMapping({
			config: { ...sliding, slidingWindow: golden.sliding_window },
			attentionMask: [golden.attention_mask],
			tokenTypeIds: [golden.token_type_ids],
			queryLength: golden.attention_mask.length
		});
		expect(toRows(full_attention)).toEqual(golden.full_attention);
		expect(toRows(sliding_attention)).toEqual(golden.sliding_attention);
	}
});

function readTensors(name: string) {
	const bytes = readFileSync(new URL(`${name}/golden.safetensors`, goldens));
	const headerLength = Number(bytes.readBigUInt64LE(0));
	const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength));
	return (key: string) => {
		const { dtype, shape, data_offsets } = header[key];
		const data = bytes.subarray(...data_offsets.map((offset: number) => 8 + headerLength + offset));
		const copy = Uint8Array.from(data).buffer;
		return {
			dims: shape as number[],
			values:
				dtype === 'F32' ? [...new Float32Array(copy)] : [...new BigInt64Array(copy)].map(Number)
		};
	};
}

test.each(['text', 'text-padded', 'text-rope-linear', 'text-options', 'multimodal'])(
	'the reference attends in %s exactly where the masks are open',
	(name) => {
		const json = JSON.parse(readFileSync(new URL(`${name}/config.json`, goldens), 'utf8'));
		const tensor = readTensors(name);
		const { textConfig } = parseGemma3Config(json);
		const attentionMask = tensor('attention_mask').values;
		const tokenTypeIds = name === 'multimodal' ? [tensor('token_type_ids').values] : undefined;
		const { layers } = createCausalMaskMapping({
			config: textConfig,
			attentionMask: [attentionMask],
			tokenTypeIds,
			queryLength: attentionMask.length
		});
		let uniformRows = 0;
		for (const [layer, mask] of layers.entries()) {
			const { dims, values } = tensor(`attentions.${layer}`);
			const keys = dims[3];
			for (let at = 0; at < values.length; at += keys) {
				const row = (at / keys) % dims[2];
				const open = mask.open.subarray(row * keys, (row + 1) * keys);
				const weights = values.slice(at, at + keys);
				if (open.every((cell) => cell === 0)) {
					uniformRows++;
					expect(new Set(weights)).toEqual(new Set([Math.fround(1 / keys)]));
				} else {
					expect(weights.map((weight) => Number(weight > 0))).toEqual([...open]);
				}
			}
		}
		expect(uniformRows > 0).toBe(name === 'text-padded');
	}
);

/** Softmax in float32, step by step. */
function softmax(scores: Float32Array): Float32Array {
	const highest = scores.reduce((a, b) => Math.max(a, b));
	const powers = scores.map((score) => Math.exp(Math.fround(score - highest)));
	const sum = powers.reduce((a, b) => Math.fround(a + b), 0);
	return powers.map((power) => power / sum);
}

test('closed cells weigh nothing, closed rows are uniform, and absent keys weigh nothing in both', () => {
	const random = createRandom(7);
	const attentionMask = [[0, 0, 0, 1, 1, 1, 1]];
	const { sliding_attention } = createCausalMaskMapping({
		config: sliding,
		attentionMask,
		queryLength: 7
	});
	const positions = [0, 1, 2, 3, 4, 5, 6, -1, -1, -1, -1];
	const bias = toAdditiveMask(sliding_attention, { positions });
	expect(bias.dims).toEqual([1, 1, 7, 11]);
	for (let row = 0; row < 7; row++) {
		const added = bias.data.subarray(row * 11, (row + 1) * 11);
		// Float32Array.map rounds each sum to float32, as the session's Add does.
		const weights = softmax(added.map((value) => value + (random() - 0.5) * 2e4));
		const open = sliding_attention.open.subarray(row * 7, (row + 1) * 7);
		expect([...weights.subarray(7)]).toEqual([0, 0, 0, 0]);
		if (row < 3) {
			expect([...weights.subarray(0, 7)]).toEqual(Array(7).fill(Math.fround(1 / 7)));
		} else {
			open.forEach((cell, key) => cell === 0 && expect(weights[key]).toBe(0));
			expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
		}
	}
});

test('the biases swallow scores up to 10,000 in float32', () => {
	for (const bias of [closedBias, absentBias]) {
		for (const score of [-1e4, -1, 1, 1e4]) {
			expect(Math.fround(Math.fround(bias) + score)).toBe(Math.fround(bias));
		}
	}
	expect(Number.isFinite(Math.fround(absentBias * Math.LOG2E))).toBe(true);
});

test('an additive mask follows the places of the keys and pads the queries', () => {
	const { full_attention } = createCausalMaskMapping({ config: sliding, queryLength: 3 });
	const { dims, data } = toAdditiveMask(full_attention, { positions: [2, -1, 0, 1], rows: 4 });
	expect(dims).toEqual([1, 1, 4, 4]);
	const [none, closed] = [Math.fround(absentBias), Math.fround(closedBias)];
	expect([...data]).toEqual([
		...[closed, none, 0, closed],
		...[closed, none, 0, 0],
		...[0, none, 0, 0],
		...[none, none, none, none]
	]);
});

test('an additive mask refuses too few rows, and a key it does not have', () => {
	const { full_attention } = createCausalMaskMapping({ config: sliding, queryLength: 3 });
	expect(() => toAdditiveMask(full_attention, { rows: 2 })).toThrow(
		'rows is 2: the mask has 3 queries'
	);
	expect(() => toAdditiveMask(full_attention, { positions: [0, 3] })).toThrow(
		'position 3: the mask has 3 keys'
	);
});

test('1,000 random prompts agree with the rule cell by cell, edits included', () => {
	let cells = 0;
	let edited = 0;
	for (let seed = 0; seed < 1000; seed++) {
		const description = createMaskCase(seed);
		const mapping = createCausalMaskMapping(description);
		for (const [layer, mask] of mapping.layers.entries()) {
			const [batchSize, heads, queries, keys] = mask.dims;
			if (mask !== mapping[description.config.layerTypes[layer]]) edited++;
			for (let cell = 0; cell < mask.open.length; cell++) {
				const key = cell % keys;
				const query = (Math.floor(cell / keys) % queries) + (description.pastLength ?? 0);
				const head = Math.floor(cell / (keys * queries)) % heads;
				const batch = Math.floor(cell / (keys * queries * heads));
				const expected = isOpenCell(description, layer, heads === 1 ? -1 : head, [
					batch,
					query,
					key
				]);
				if (mask.open[cell] !== Number(expected)) {
					expect.fail(`seed ${seed}, layer ${layer}, head ${head}, query ${query}, key ${key}`);
				}
				cells++;
			}
			expect(batchSize).toBe(description.batchSize);
		}
	}
	console.log(`${cells} cells, ${edited} edited layers`);
	expect(edited).toBeGreaterThan(500);
});

test('layers without an edit share the mask of their kind', () => {
	const mapping = createCausalMaskMapping({
		config: {
			slidingWindow: 2,
			layerTypes: ['sliding_attention', 'full_attention', 'sliding_attention']
		},
		queryLength: 5,
		edits: [{ layer: 2, queries: { start: 1, end: 3 }, keys: { start: 0, end: 1 }, open: false }]
	});
	expect(mapping.layers[0]).toBe(mapping.sliding_attention);
	expect(mapping.layers[1]).toBe(mapping.full_attention);
	expect(toRows(mapping.layers[2])).toEqual(['10000', '01000', '01100', '00110', '00011']);
	expect(toRows(mapping.sliding_attention)[1]).toBe('11000');
});

test('an edit of one head gives that layer alone a head dimension', () => {
	const mapping = createCausalMaskMapping({
		config: { ...sliding, numAttentionHeads: 3 },
		queryLength: 3,
		edits: [
			{ layer: 1, head: 2, queries: { start: 2, end: 3 }, keys: { start: 0, end: 2 }, open: false }
		]
	});
	expect(mapping.layers[0].dims).toEqual([1, 1, 3, 3]);
	expect(mapping.layers[1].dims).toEqual([1, 3, 3, 3]);
	expect(toRows(mapping.layers[1], 0, 1)).toEqual(['100', '110', '111']);
	expect(toRows(mapping.layers[1], 0, 2)).toEqual(['100', '110', '001']);
});

test('of two edits of one cell the later one wins', () => {
	const close = {
		layer: 1,
		queries: { start: 0, end: 4 },
		keys: { start: 0, end: 2 },
		open: false
	};
	const open = { layer: 1, queries: { start: 1, end: 2 }, keys: { start: 1, end: 4 }, open: true };
	const rows = (edits: CausalMaskDescription['edits']) =>
		toRows(createCausalMaskMapping({ config: sliding, queryLength: 4, edits }).layers[1]);
	expect(rows([close, open])).toEqual(['0000', '0111', '0010', '0011']);
	expect(rows([open, close])).toEqual(['0000', '0011', '0010', '0011']);
});

test('edits keep their tokens while the cache grows', () => {
	const edits = [
		{ layer: 1, queries: { start: 2, end: 5 }, keys: { start: 1, end: 2 }, open: false }
	];
	const step = createCausalMaskMapping({ config: sliding, queryLength: 1, pastLength: 4, edits });
	expect(toRows(step.layers[1])).toEqual(['10111']);
	const later = createCausalMaskMapping({ config: sliding, queryLength: 1, pastLength: 5, edits });
	expect(later.layers[1]).toBe(later.full_attention);
	expect(clipMaskEdits(edits, 4)).toEqual([{ ...edits[0], queries: { start: 2, end: 4 } }]);
	expect(clipMaskEdits(edits, 2)).toEqual([]);
});

test('the rules of 5.17 and 4.56 differ where an image is longer than the window', () => {
	const rows = (maskRule: '5.17' | '4.56') =>
		toRows(
			createCausalMaskMapping({
				config: { slidingWindow: 2, layerTypes: ['sliding_attention'] },
				tokenTypeIds: [[0, 1, 1, 1, 1, 0]],
				queryLength: 6,
				maskRule
			}).sliding_attention
		);
	expect(rows('5.17')).toEqual(['100000', '111110', '011110', '001110', '000110', '000011']);
	expect(rows('4.56')).toEqual(['100000', '111110', '011110', '011110', '011110', '000011']);
});

test('a decoding step is causal, and a later chunk of a prompt has blocks on request', () => {
	const later = {
		config: { slidingWindow: 9, layerTypes: ['full_attention'] as const },
		tokenTypeIds: [[0, 1, 1, 0, 1, 1]],
		queryLength: 3,
		pastLength: 3
	};
	const rows = (description: CausalMaskDescription) =>
		toRows(createCausalMaskMapping(description).full_attention);
	expect(rows(later)).toEqual(['111100', '111110', '111111']);
	expect(rows({ ...later, blocks: true })).toEqual(['111100', '111111', '111111']);
	const whole = { ...later, queryLength: 6, pastLength: 0, promptLength: 5 };
	expect(rows(whole)).toEqual(['100000', '111000', '111000', '111100', '111110', '111111']);
});

test('a model that attends both ways looks ahead inside its window', () => {
	const mapping = createCausalMaskMapping({
		config: { ...sliding, slidingWindow: 2, useBidirectionalAttention: true },
		attentionMask: [[0, 1, 1, 1]],
		queryLength: 4
	});
	expect(toRows(mapping.full_attention)).toEqual(['0111', '0111', '0111', '0111']);
	expect(toRows(mapping.sliding_attention)).toEqual(['0100', '0110', '0111', '0011']);
});

const rectangle = { queries: { start: 0, end: 2 }, keys: { start: 0, end: 2 }, open: false };

test.each<[Partial<CausalMaskDescription>, string]>([
	[{ queryLength: 0 }, 'queryLength is 0: expected a whole number, at least 1'],
	[{ pastLength: -1 }, 'pastLength is -1: expected a whole number, at least 0'],
	[{ config: { ...sliding, slidingWindow: 0 } }, 'config.slidingWindow is 0'],
	[{ maskRule: '4.0' as '4.56' }, "maskRule is 4.0: expected '5.17' or '4.56'"],
	[{ batchSize: 2, attentionMask: [[1, 1, 1, 1]] }, 'attentionMask has 1 rows: the batch has 2'],
	[{ attentionMask: [[1, 1, 1]] }, 'attentionMask[0] has 3 entries: expected 4, one a key'],
	[{ attentionMask: [[0, 1, 2, 1]] }, 'attentionMask has 2 at position 2: expected 0 or 1'],
	[{ tokenTypeIds: [[0, 1, 1]] }, 'tokenTypeIds[0] has 3 entries: expected 4'],
	[{ edits: [{ ...rectangle, layer: 2 }] }, 'edits[0].layer is 2: the model has layers 0 to 1'],
	[{ edits: [{ ...rectangle, layer: 0.5 }] }, 'edits[0].layer is 0.5'],
	[
		{
			edits: [
				{ ...rectangle, layer: 0 },
				{ ...rectangle, layer: 0, head: 3 }
			]
		},
		'edits[1].head is 3: the model has heads 0 to 2'
	],
	[
		{ config: sliding, edits: [{ ...rectangle, layer: 0, head: 0 }] },
		'edits[0].head is 0: give config.numAttentionHeads to edit one head'
	],
	[
		{ edits: [{ ...rectangle, layer: 0, keys: { start: 3, end: 5 } }] },
		'edits[0].keys is 3 to 5: expected a start below the end, within 0 to 4'
	],
	[
		{ edits: [{ ...rectangle, layer: 0, queries: { start: 2, end: 2 } }] },
		'edits[0].queries is 2 to 2: expected a start below the end, within 0 to 4'
	],
	[
		{ config: { ...sliding, useBidirectionalAttention: true }, pastLength: 1 },
		'pastLength is 1: a model that attends both ways'
	],
	[
		{ config: { ...sliding, useBidirectionalAttention: true }, tokenTypeIds: [[0, 1, 1, 0]] },
		'tokenTypeIds has images: a model that attends both ways'
	]
])('%j is refused by name', (change, message) => {
	const description = { config: { ...sliding, numAttentionHeads: 3 }, queryLength: 4, ...change };
	expect(() => createCausalMaskMapping(description)).toThrow(RangeError);
	expect(() => createCausalMaskMapping(description)).toThrow(message);
});

test('8,192 tokens with a window of 512 and images take no time to speak of', () => {
	const length = 8192;
	const tokenTypeIds = [Array.from({ length }, (_, position) => Number(position % 400 < 256))];
	const started = performance.now();
	const { sliding_attention } = createCausalMaskMapping({
		config: { slidingWindow: 512, layerTypes: ['sliding_attention'] },
		attentionMask: [Array.from({ length }, (_, position) => Number(position > 100))],
		tokenTypeIds,
		queryLength: length
	});
	const masked = performance.now();
	const bias = toAdditiveMask(sliding_attention);
	const added = performance.now();
	console.log(`masks ${(masked - started).toFixed()} ms, bias ${(added - masked).toFixed()} ms`);
	expect(sliding_attention.open[length * length - 1]).toBe(1);
	expect(bias.data[length * length - length]).toBe(Math.fround(closedBias));
	expect(added - started).toBeLessThan(15_000);
});
