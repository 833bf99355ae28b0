import { expect, test } from 'vitest';
import type { MaskEdit } from '../../../src/lib/gemma3/attentionMask.js';
import type { LayerType } from '../../../src/lib/gemma3/configuration.js';
import { createTensor } from '../../../src/lib/tensor/tensor.js';
import { notch, texture } from '../../../src/lib/views/cellGrid.js';
import {
	endGroup,
	groupEdits,
	isSameEdits,
	layersInScope
} from '../../../src/lib/views/editGroups.js';
import { toMaskBand, toWeightBand } from '../../../src/lib/views/keyBands.js';
import { lightPalette, toHex } from '../../../src/lib/views/palette.js';
import {
	createNewestExplainer,
	headRow,
	layerPair,
	leftWindow,
	toNewestRows
} from '../../../src/lib/views/newestToken.js';
import {
	describeSampling,
	finalProbability,
	isSameSampling,
	removedBy,
	toStageColumns,
	toStageTable
} from '../../../src/lib/views/samplingStages.js';

const sampling = {
	doSample: true,
	temperature: 0.7,
	topK: 40,
	topP: 1,
	minP: null,
	repetitionPenalty: 1
};
const cut = {
	id: 9,
	text: ' London',
	logit: 1.5,
	probabilities: {
		raw: 0.1,
		repetitionPenalty: 0.1,
		temperature: 0.05,
		topK: null,
		topP: null,
		minP: null
	}
};
const taken = {
	id: 4,
	text: ' Paris',
	logit: 3,
	probabilities: {
		raw: 0.7,
		repetitionPenalty: 0.7,
		temperature: 0.8,
		topK: 0.9,
		topP: 0.9,
		minP: 0.9
	}
};
const kept = { raw: 512, repetitionPenalty: 512, temperature: 512, topK: 40, topP: 40, minP: 40 };

test('stages say their setting, or that they are off', () => {
	const settings = (options: typeof sampling) =>
		toStageColumns({ kept, sampling: options }).map(({ setting }) => setting);
	expect(settings(sampling)).toEqual(['', null, '0.7', '40', null, null]);
	expect(settings({ ...sampling, doSample: false, repetitionPenalty: 1.2 })).toEqual([
		'',
		'1.2',
		null,
		null,
		null,
		null
	]);
	expect(describeSampling(sampling)).toBe('sampled · temperature 0.7 · top-k 40');
	expect(describeSampling({ ...sampling, doSample: false })).toBe('greedy');
});

test('a candidate names the stage that cut it, and its table says the same', () => {
	expect(removedBy(cut)).toBe('topK');
	expect(removedBy(taken)).toBeNull();
	expect([finalProbability(cut), finalProbability(taken)]).toEqual([0, 0.9]);
	const { rows } = toStageTable({ candidates: [taken, cut], kept, sampling }, 4);
	expect(rows[0]).toEqual([
		'␣Paris',
		4,
		'3.0000',
		'0.700000',
		'0.700000',
		'0.800000',
		'0.900000',
		'0.900000',
		'0.900000',
		'taken'
	]);
	expect(rows[1].slice(-4)).toEqual(['', '', '', 'cut: top-k']);
});

test('settings that greedy decoding skips make no other sampler', () => {
	const greedy = { ...sampling, doSample: false };
	expect(isSameSampling(greedy, { ...greedy, temperature: 2 })).toBe(true);
	expect(isSameSampling(greedy, { ...greedy, repetitionPenalty: 2 })).toBe(false);
	expect(isSameSampling(sampling, { ...sampling, temperature: 2 })).toBe(false);
	expect(isSameSampling(sampling, greedy)).toBe(false);
});

const layerTypes: LayerType[] = [
	'sliding_attention',
	'sliding_attention',
	'full_attention',
	'sliding_attention'
];
const config = { layerTypes, numAttentionHeads: 2 };
const coming: MaskEdit = {
	layer: 2,
	queries: { start: 5, end: 1000 },
	keys: { start: 1, end: 2 },
	open: false
};
const masks = {
	rule: '5.17' as const,
	slidingWindow: 4,
	attentionMask: Array.from({ length: 8 }, () => 1),
	tokenTypeIds: Array.from({ length: 8 }, () => 0),
	edits: [coming],
	promptLength: 4
};

test('a new token sees its window in local layers, and all that no edit closes in global ones', () => {
	const rows = toNewestRows({ config, masks, position: 6 }, 'mean');
	expect([...rows[0]]).toEqual([0, 0, 0, 1, 1, 1, 1]);
	expect([...rows[2]]).toEqual([1, 0, 1, 1, 1, 1, 1]);
	const before = toNewestRows({ config, masks, position: 4 }, 0);
	expect([...before[2]]).toEqual([1, 1, 1, 1, 1]);
	const explain = createNewestExplainer({ config, masks, position: 6 });
	expect(explain(0, 'mean', 2)).toMatch(/^closed: key 2 is 4 tokens back, the window is 4/);
	expect(explain(2, 1, 1)).toMatch(/^closed: an edit closes key 1/);
});

test('one key leaves the window a step, as soon as there is one to leave', () => {
	expect([3, 4, 5].map((position) => leftWindow(position, 4))).toEqual([null, 0, 1]);
	for (let position = 4; position < 8; position++) {
		const [before, now] = [position - 1, position].map(
			(at) => toNewestRows({ config, masks, position: at }, 'mean')[0]
		);
		const left = leftWindow(position, 4)!;
		expect([before[left], now[left]]).toEqual([1, 0]);
	}
});

test('a layer is shown beside the nearest of the other kind', () => {
	expect(layerPair(layerTypes, 0)).toEqual([0, 2]);
	expect(layerPair(layerTypes, 2)).toEqual([1, 2]);
	expect(layerPair(layerTypes, 3)).toEqual([2, 3]);
	expect(layerPair(['sliding_attention', 'sliding_attention'], 1)).toEqual([1]);
});

test('a row is one head, or the mean of all', () => {
	const attention = createTensor('float32', [2, 2], new Float32Array([1, 0, 0.5, 0.5]));
	expect([...headRow(attention, 1)]).toEqual([0.5, 0.5]);
	expect([...headRow(attention, 'mean')]).toEqual([0.75, 0.25]);
});

test('edits of several layers made at once are one group, and end where the reader ends them', () => {
	const layers = layersInScope(layerTypes, 2, 'local');
	expect(layers).toEqual([0, 1, 3]);
	expect(layersInScope(layerTypes, 2, 'layer')).toEqual([2]);
	expect(layersInScope(layerTypes, 2, 'global')).toEqual([2]);
	expect(layersInScope(layerTypes, 2, 'all')).toEqual([0, 1, 2, 3]);
	const edits = [coming, ...layers.map((layer) => ({ ...coming, layer, open: true }))];
	const groups = groupEdits(edits);
	expect(groups.map(({ layers, open, start, end }) => ({ layers, open, start, end }))).toEqual([
		{ layers: [2], open: false, start: 0, end: 1 },
		{ layers, open: true, start: 1, end: 4 }
	]);
	expect(endGroup(edits, groups[1], 5)).toEqual([coming]);
	expect(endGroup(edits, groups[1], 9).map(({ queries }) => queries.end)).toEqual([1000, 9, 9, 9]);
	const ended = endGroup(edits, groups[1], 9);
	expect(endGroup(ended, groups[1], 12)).toEqual(ended);
	expect(isSameEdits(ended, [...ended])).toBe(true);
	expect(isSameEdits(ended, edits)).toBe(false);
});

test('the bands of a new token have the colours of the mask and of the weights', () => {
	const tokens = [{ kind: 'text' as const }, { kind: 'image' as const }, { kind: 'text' as const }];
	const band = {
		kind: 'sliding_attention' as const,
		open: Uint8Array.of(0, 1, 1),
		weights: [0, 0.25, 1],
		edited: new Set([2])
	};
	const mask = toMaskBand(band, tokens, lightPalette);
	expect([...mask.texture]).toEqual([texture.closed, texture.hatch, texture.solid | notch]);
	expect([mask.fill[1], mask.fill[2]].map(toHex)).toEqual([
		lightPalette.image,
		lightPalette.localTile
	]);
	const weights = toWeightBand(band, lightPalette);
	expect([...weights.texture]).toEqual([texture.closed, texture.solid, texture.solid]);
	expect(toHex(weights.fill[2])).toBe(lightPalette.weight);
});
