import { expect, test } from 'vitest';
import {
	toAttentionRowTable,
	toAttentionTable,
	toCsv,
	toMaskRowTable,
	toMaskTable,
	toScoreTable
} from '../../../src/lib/views/tables.js';
import { controlToken, textToken } from '../../support/madeTrace.js';

const tokens = [controlToken(0, '<bos>'), textToken(1, ' "a,b"')];

test('weights become a table with tokens as headers', () => {
	const matrix = { queries: 2, keys: 2, weights: Float32Array.of(1, 0, 0.33333, 0.66667) };
	expect(toAttentionTable(matrix, tokens)).toEqual({
		columns: ['query \\ key', '0 <bos>', '1 ␣"a,b"'],
		rows: [
			['0 <bos>', '1.0000', '0'],
			['1 ␣"a,b"', '0.3333', '0.6667']
		]
	});
});

test('a mask becomes open and closed', () => {
	expect(toMaskTable(Uint8Array.of(1, 0, 1, 1), 2, 2, tokens).rows).toEqual([
		['0 <bos>', 'open', 'closed'],
		['1 ␣"a,b"', 'open', 'open']
	]);
});

test('one row of a large matrix is a table of its own', () => {
	expect(toAttentionRowTable(Float32Array.of(0.75, 0.25), tokens)).toEqual({
		columns: ['key', 'weight'],
		rows: [
			['0 <bos>', '0.7500'],
			['1 ␣"a,b"', '0.2500']
		]
	});
	expect(toMaskRowTable(Uint8Array.of(0, 1), tokens).rows.map(([, state]) => state)).toEqual([
		'closed',
		'open'
	]);
});

test('scores carry rank, id, probability and logit', () => {
	const scores = [{ id: 7, text: ' Paris', logit: 12.345678, probability: 0.98765432 }];
	expect(toScoreTable(scores).rows).toEqual([[1, '␣Paris', 7, '0.987654', '12.3457']]);
});

test('fields with commas, quotes or line ends are quoted', () => {
	expect(
		toCsv({
			columns: ['a', 'b"c'],
			rows: [
				['x,y', 1],
				['\n', 0.5]
			]
		})
	).toBe('a,"b""c"\r\n"x,y",1\r\n"\n",0.5\r\n');
});
