import { expect, test } from 'vitest';
import { createTensor } from '../../../src/lib/tensor/tensor.js';
import {
	formatScore,
	pairHeadScores,
	scoreHeads,
	sortHeads
} from '../../../src/lib/views/headScores.js';
import { readGoldenTrace } from '../../support/goldenTrace.js';

const golden = readGoldenTrace('text');

/** A trace of these token ids, with `<bos>` 2, and weights that a rule gives. */
function score(
	ids: readonly number[],
	weight: (query: number, key: number) => number,
	{ window = 4, padding = 0, images = [] as number[] } = {}
) {
	const length = ids.length;
	const tokens = ids.map((id, position) => {
		const isImage = images.includes(position);
		const kind = isImage ? ('image' as const) : id === 2 ? ('control' as const) : ('text' as const);
		const imageIndex = isImage ? 0 : null;
		return { id, text: `${id}`, kind, turn: null, imageIndex, position, step: null };
	});
	const masks = {
		...golden.masks,
		slidingWindow: window,
		attentionMask: ids.map((_, i) => (i < padding ? 0 : 1)),
		tokenTypeIds: ids.map((_, i) => (images.includes(i) ? 1 : 0))
	};
	const data = Float32Array.from({ length: length * length }, (_, i) =>
		weight(Math.floor(i / length), i % length)
	);
	const attention = createTensor('float32', [1, length, length], data);
	return scoreHeads({ tokens, masks, model: golden.model }, 3, attention)[0];
}

test('a head that looks at the token before is told by its previous-token score', () => {
	const head = score([2, 10, 11, 12], (q, k) => (k === Math.max(0, q - 1) ? 1 : 0));
	expect(head).toMatchObject({ layer: 3, head: 0, previousToken: 1, entropy: 0 });
	expect(head.self).toBeCloseTo(1 / 4); // the first row has nothing but itself
	expect(head.bos).toBeCloseTo(1 / 3); // query 1 of 1, 2, 3
});

test('entropy is in bits: a row over 2ⁿ keys alike has n', () => {
	const head = score([2, 10, 11, 12], () => 1 / 4);
	expect(head.entropy).toBeCloseTo(2, 6);
});

test('induction looks at what followed the same token, and only there', () => {
	// bos a b c a b: query 4 (a) has key 2 (b), query 5 (b) has key 3 (c).
	const ids = [2, 10, 11, 12, 10, 11];
	const perfect = score(ids, (q, k) => ((q === 4 && k === 2) || (q === 5 && k === 3) ? 1 : 0));
	expect(perfect.induction).toBe(1);
	const half = score(ids, (q, k) => (q === 4 && k === 2 ? 1 : 0));
	expect(half.induction).toBe(0.5);
	// The same token itself, not its successor, is another thing.
	const duplicate = score(ids, (q, k) => ((q === 4 && k === 1) || (q === 5 && k === 2) ? 1 : 0));
	expect(duplicate.induction).toBe(0);
});

test('a prompt without a repeated token has no induction score', () => {
	expect(score([2, 10, 11], (q, k) => (q === k ? 1 : 0)).induction).toBeNull();
	// bos a a: the successor of the first a is the query itself.
	expect(score([2, 10, 10], (q, k) => (q === k ? 1 : 0)).induction).toBeNull();
});

test('mass beyond the window counts only queries that have keys there', () => {
	const toFirst = score([2, 10, 11, 12, 13, 14], (_, k) => (k === 0 ? 1 : 0), { window: 4 });
	expect(toFirst.outsideWindow).toBe(1);
	expect(toFirst.insideWindow).toBe(0);
	const short = score([2, 10, 11], (_, k) => (k === 0 ? 1 : 0), { window: 4 });
	expect(short.outsideWindow).toBeNull();
});

test('padding is neither a query nor the start of the text', () => {
	const ids = [0, 0, 2, 10, 11];
	const head = score(ids, (q, k) => (q < 2 ? 1 / 5 : k === 2 ? 1 : 0), { padding: 2 });
	expect(head.bos).toBe(1);
	expect(head.entropy).toBe(0);
	expect(head.previousToken).toBe(1 / 2); // 3 → 2, 4 → 3 has none
});

test('image mass is what later text gives to soft tokens', () => {
	const head = score([2, 10, 9, 9, 11, 12], (q, k) => (k === 2 ? 0.25 : k === 3 ? 0.5 : 0), {
		images: [2, 3]
	});
	expect(head.image).toBe(0.75);
	expect(head.induction).toBeNull(); // soft tokens share one id, which means nothing
});

test('a local layer of the reference puts nothing beyond its window, a global one may', () => {
	const { layerTypes } = golden.config.textConfig;
	let local = 0;
	let global = 0;
	layerTypes.forEach((type, layer) => {
		for (const head of scoreHeads(golden, layer, golden.attention(layer))) {
			expect(head.insideWindow! + head.outsideWindow!).toBeCloseTo(1, 6);
			expect(head.entropy).toBeLessThanOrEqual(Math.log2(golden.tokens.length));
			if (type === 'sliding_attention') local = Math.max(local, head.outsideWindow!);
			else global = Math.max(global, head.outsideWindow!);
		}
	});
	expect(local).toBe(0);
	expect(global).toBeGreaterThan(0.1);
});

test('heads are sorted by a score, those without it last', () => {
	const scores = [0.2, null, 0.9, 0.2].map((bos, head) => ({
		...score([2, 10], () => 0.5),
		head,
		bos
	}));
	expect(sortHeads(scores, 'bos').map(({ head }) => head)).toEqual([2, 0, 3, 1]);
	expect(sortHeads(scores, 'bos', 'ascending').map(({ head }) => head)).toEqual([0, 3, 2, 1]);
});

test('refuses weights of part of a trace', () => {
	const part = createTensor('float32', [1, 2, 2], new Float32Array(4));
	expect(() => scoreHeads(golden, 0, part)).toThrow('weights of 2 × 2 do not fit 24 tokens');
});

test('a score is written with its unit, and a missing one as a dash', () => {
	expect(formatScore('entropy', 1.234)).toBe('1.23 bits');
	expect(formatScore('induction', 0.5)).toBe('0.500');
	expect(formatScore('image', null)).toBe('–');
});

test('one head on two prompts: every score of each', () => {
	const side = (length: number, shift: number) => {
		const tokens = Array.from({ length }, (_, position) => ({
			id: position === 0 ? 2 : 10 + position,
			text: '',
			kind: 'text' as const,
			turn: null,
			imageIndex: null,
			position,
			step: null
		}));
		const masks = { ...golden.masks, attentionMask: tokens.map(() => 1) };
		const data = Float32Array.from({ length: length ** 2 }, (_, i) =>
			i % length === Math.max(0, Math.floor(i / length) - shift) ? 1 : 0
		);
		const attention = createTensor('float32', [1, length, length], data);
		return { trace: { tokens, masks, model: golden.model }, attention };
	};
	const pairs = pairHeadScores(side(4, 1), side(6, 0), 3, 0);
	const of = (name: string) => pairs.find((pair) => pair.name === name);
	expect(of('previousToken')).toMatchObject({ first: 1, second: 0 });
	expect(of('self')).toMatchObject({ first: 0.25, second: 1 });
	expect(of('image')).toMatchObject({ first: null, second: null });
});
