import { expect, test } from 'vitest';
import { createCausalMaskMapping, type MaskEdit } from '../../../src/lib/gemma3/attentionMask.js';
import type { LayerType } from '../../../src/lib/gemma3/configuration.js';
import {
	describePositions,
	ReceptiveField,
	textReach
} from '../../../src/lib/views/receptiveField.js';
import { createMaskCase } from '../../support/maskCases.js';

const local: LayerType = 'sliding_attention';
const global: LayerType = 'full_attention';

function fieldOf(
	layerTypes: LayerType[],
	slidingWindow: number,
	length: number,
	more: { tokenTypeIds?: number[][]; edits?: MaskEdit[] } = {}
) {
	const config = { layerTypes, slidingWindow, numAttentionHeads: 2 };
	const { layers } = createCausalMaskMapping({ config, queryLength: length, ...more });
	return new ReceptiveField(layers);
}

const describePosition = (flags: Uint8Array) => describePositions(flags);
const positions = (flags: Uint8Array) =>
	Array.from(flags.keys()).filter((position) => flags[position] === 1);

test('local layers add a window less one each', () => {
	const seen = fieldOf([local, local, local], 4, 20).seen(15);
	expect(seen.map(describePosition)).toEqual(['15', '12 – 15', '9 – 15', '6 – 15']);
});

test('a global layer sees all that came before, whatever follows', () => {
	const seen = fieldOf([local, global, local], 4, 20).seen(15);
	expect(seen.map(describePosition)).toEqual(['15', '12 – 15', '0 – 15', '0 – 15']);
});

test('the cone narrows from the embeddings to the one state', () => {
	const cone = fieldOf([global, local, local], 3, 12).cone(10);
	expect(cone.map(describePosition)).toEqual(['0 – 10', '6 – 10', '8 – 10', '10']);
	expect(fieldOf([global, local, local], 3, 12).cone(10, 1).map(describePosition)).toEqual([
		'0 – 10',
		'10'
	]);
});

test('an image block lets a token reach ahead, and the window cuts it', () => {
	const image = [0, 0, 1, 1, 1, 1, 0, 0];
	const field = fieldOf([local], 2, 8, { tokenTypeIds: [image] });
	expect(describePositions(field.seen(3)[1])).toBe('2 – 5');
	expect(describePositions(field.seen(5)[1])).toBe('4 – 5');
	expect(describePositions(field.influenced(5)[1])).toBe('2 – 6');
});

test('an edit opens a way that the rule has not, also if it is of one head', () => {
	const edits: MaskEdit[] = [
		{ layer: 1, head: 1, queries: { start: 9, end: 10 }, keys: { start: 2, end: 3 }, open: true }
	];
	const field = fieldOf([local, local], 2, 10, { edits });
	expect(positions(field.seen(9)[2])).toEqual([1, 2, 7, 8, 9]);
});

test('a token always reaches itself, even if an edit closes its row', () => {
	const edits: MaskEdit[] = [
		{ layer: 0, queries: { start: 3, end: 4 }, keys: { start: 0, end: 5 }, open: false }
	];
	expect(positions(fieldOf([local], 2, 5, { edits }).seen(3)[1])).toEqual([3]);
});

test('agrees with multiplying boolean matrices, on random masks', () => {
	let cases = 0;
	for (let seed = 0; seed < 60; seed++) {
		const description = createMaskCase(seed);
		if ((description.pastLength ?? 0) > 0) continue;
		const { layers } = createCausalMaskMapping({
			...description,
			batchSize: 1,
			attentionMask: description.attentionMask?.slice(0, 1),
			tokenTypeIds: description.tokenTypeIds?.slice(0, 1)
		});
		const length = description.queryLength;
		const field = new ReceptiveField(layers);
		// reach[query][key] by depth, the slow way.
		let reach = Array.from({ length }, (_, q) => Array.from({ length }, (_, k) => q === k));
		for (let depth = 0; depth <= layers.length; depth++) {
			for (let position = 0; position < length; position++) {
				const row = reach[position].flatMap((on, key) => (on ? [key] : []));
				expect(positions(field.seen(position)[depth])).toEqual(row);
				const column = reach.flatMap((cells, query) => (cells[position] ? [query] : []));
				expect(positions(field.influenced(position)[depth])).toEqual(column);
			}
			const mask = layers[depth];
			if (!mask) break;
			const before = reach;
			reach = before.map((own, query) =>
				own.map(
					(on, key) =>
						on ||
						before.some((other, middle) => {
							for (let head = 0; head < mask.dims[1]; head++) {
								if (mask.open[(head * length + query) * length + middle] && other[key]) return true;
							}
							return false;
						})
				)
			);
		}
		cases++;
	}
	expect(cases).toBeGreaterThan(20);
});

test('says how far a text-only pattern reaches', () => {
	expect(textReach([local, local, global, local], 8)).toEqual([1, 8, 15, Infinity, Infinity]);
	const seen = fieldOf([local, local, local], 8, 64).seen(60);
	expect(seen.map((flags) => positions(flags).length)).toEqual(textReach([local, local, local], 8));
});

test('follows 2,048 tokens through 26 layers at once', () => {
	const layerTypes = Array.from({ length: 26 }, (_, i) => ((i + 1) % 6 ? local : global));
	const field = fieldOf(layerTypes, 512, 2048);
	const start = performance.now();
	const seen = field.seen(2047);
	const ms = performance.now() - start;
	console.log(`receptive field of 2,048 tokens, 26 layers: ${ms.toFixed(1)} ms`);
	expect(describePositions(seen[2])).toBe('1025 – 2047');
	expect(describePositions(seen[6])).toBe('0 – 2047');
	expect(ms).toBeLessThan(1000);
});

test('puts positions into words', () => {
	expect(describePositions([0, 1, 1, 0, 1])).toBe('1 – 2, 4');
	expect(describePositions([0, 0])).toBe('none');
	expect(describePositions([1, 0, 1, 0, 1, 0, 1], 2)).toBe('0, 2, …');
});
