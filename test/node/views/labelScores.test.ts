import { expect, test } from 'vitest';
import type { Classification } from '../../../src/lib/trace/classification.js';
import { rankLabels, toLabelTable } from '../../../src/lib/views/labelScores.js';
import { textToken } from '../../support/madeTrace.js';

const token = textToken(3, '.');
const softmax: Classification = {
	token,
	scoreFunction: 'softmax',
	labels: [
		{ label: 'bad', logit: -1, probability: 0.1 },
		{ label: 'same', logit: 0.25, probability: 0.45 },
		{ label: 'same', logit: 0.25, probability: 0.45 }
	]
};

test('labels are ranked by logit, equals as in the checkpoint, and twins are told apart', () => {
	expect(rankLabels(softmax).map(({ index }) => index)).toEqual([1, 2, 0]);
	expect(toLabelTable(softmax)).toEqual({
		columns: ['label', 'index', 'probability', 'logit'],
		rows: [
			['same', 1, 0.45, 0.25],
			['same', 2, 0.45, 0.25],
			['bad', 0, 0.1, -1]
		]
	});
});

test('a regression has values and no probabilities', () => {
	const labels = [{ label: 'LABEL_0', logit: 3.14159, probability: null }];
	expect(toLabelTable({ token, scoreFunction: 'none', labels })).toEqual({
		columns: ['label', 'index', 'value'],
		rows: [['LABEL_0', 0, 3.1416]]
	});
});
