import { expect, test } from 'vitest';
import { compareMasks } from '../../../src/lib/views/maskDifference.js';
import { findCommands } from '../../../src/lib/views/commands.js';
import { toMaskPair, toTraceMaskText } from '../../../src/lib/views/maskComparison.js';
import { darkPalette, toPixel } from '../../../src/lib/views/palette.js';
import { toPatternSvg } from '../../../src/lib/views/patternSvg.js';
import { toReachPixels } from '../../../src/lib/views/reachPixels.js';
import { createTokenRows, visibleRows } from '../../../src/lib/views/tokenRows.js';
import { createMadeTrace, softToken, textToken } from '../../support/madeTrace.js';

const trace = createMadeTrace(
	Array.from({ length: 10 }, (_, i) => (i >= 2 && i < 8 ? softToken(i, 0) : textToken(i, ` ${i}`)))
);
const changes = (comparison: Parameters<typeof toMaskPair>[1], of = trace) => {
	const { first, second } = toMaskPair(of, comparison);
	return compareMasks(first, second, of.tokens.length).counts;
};

test('compares layer kinds, rules, windows and edits', () => {
	const [, , onlyGlobal, onlyLocal] = changes({ by: 'kinds' });
	expect(onlyGlobal).toBeGreaterThan(0);
	expect(onlyLocal).toBe(0);
	expect(changes({ by: 'rules' }).slice(2)).toEqual([0, 3]); // a block of 6 under a window of 4
	expect(changes({ by: 'window', window: 4 }).slice(2)).toEqual([0, 0]);
	expect(changes({ by: 'window', window: 5 })[3]).toBeGreaterThan(0);
	// The image has tokens 2 to 7. Read up to 4 and decoded on from 5, rows 2 – 4 see none of 5 – 7,
	// and 5 – 7 none behind themselves.
	expect(changes({ by: 'past', past: 5 }).slice(2)).toEqual([9 + 3, 0]);
	expect(changes({ by: 'past', past: 10 }).slice(2)).toEqual([0, 0]);
	const edited = {
		...trace,
		masks: {
			...trace.masks,
			edits: [
				{
					layer: 5,
					head: 1,
					queries: { start: 9, end: 10 },
					keys: { start: 0, end: 3 },
					open: false
				}
			]
		}
	};
	expect(changes({ by: 'edits', layer: 5, head: 1 }, edited).slice(2)).toEqual([3, 0]);
	expect(changes({ by: 'edits', layer: 5, head: 0 }, edited).slice(2)).toEqual([0, 0]);
	expect(toMaskPair(trace, { by: 'window', window: 5 }).names).toEqual(['window 4', 'window 5']);
});

test('writes the masks of a trace as text, one line a query', () => {
	const text = toTraceMaskText(trace);
	expect(text).toContain('Attention visualization for made');
	expect(text.split('\n').filter((line) => line.includes('■') && line.includes('|'))).toHaveLength(
		10
	);
});

test('reach has the colour of the layer that leads to a depth, the last on top', () => {
	const levels = [Uint8Array.of(1, 1), Uint8Array.of(0, 1), Uint8Array.of(0, 1)];
	const pixels = toReachPixels(levels, ['sliding_attention', 'full_attention'], darkPalette);
	expect(Array.from(pixels)).toEqual(
		(['paper', 'globalTile', 'paper', 'localTile', 'control', 'control'] as const).map((name) =>
			toPixel(darkPalette[name])
		)
	);
});

test('the pattern as vectors has a bar a layer, and room for its words', () => {
	const layers = [0, 1].map((layer) => ({
		layer,
		isGlobal: layer === 1,
		bytes: 100 * (layer + 1),
		window: null,
		rope: '10 k'
	}));
	const description = 'x'.repeat(100);
	const svg = toPatternSvg({ layers, palette: darkPalette, title: 'a < b', description });
	expect(svg.match(/<rect x=/g)).toHaveLength(2);
	expect(svg).toContain('a &#60; b');
	expect(Number(/width="(\d+)"/.exec(svg)![1])).toBeGreaterThan(600);
});

test('finds commands by name before hint', () => {
	const commands = [
		{ name: 'Heads', hint: 'all of them' },
		{ name: 'H1', hint: 'head 1' },
		{ name: '1', hint: 'token a' },
		{ name: '10', hint: 'token b' }
	];
	expect(findCommands(commands, '1', 9).map(({ name }) => name)).toEqual(['1', '10', 'H1']);
	expect(findCommands(commands, ' HEAD ', 1).map(({ name }) => name)).toEqual(['Heads']);
	expect(findCommands(commands, '', 2)).toHaveLength(2);
	expect(findCommands(commands, 'zz', 9)).toEqual([]);
});

test('tokens break into rows that fit, at newlines too, and an image is one run', () => {
	const tokens = [
		textToken(0, 'ab'),
		textToken(1, 'c\n'),
		softToken(2, 0),
		softToken(3, 0),
		textToken(4, 'd')
	];
	const { runs, rows } = createTokenRows(tokens, [], { availableWidth: 400 });
	expect(runs.map(({ start, end }) => [start, end])).toEqual([
		[0, 1],
		[1, 2],
		[2, 4],
		[4, 5]
	]);
	expect(rows).toEqual([
		{ start: 0, end: 2 },
		{ start: 2, end: 4 }
	]);
	expect(createTokenRows(tokens, [], { availableWidth: 1 }).rows).toHaveLength(4);
});

test('only rows in view and a few more are drawn, of 8,192 tokens', () => {
	const tokens = Array.from({ length: 8192 }, (_, i) => textToken(i, ` word${i}`));
	const { rows } = createTokenRows(tokens, [], { availableWidth: 900 });
	expect(rows.length).toBeGreaterThan(500);
	expect(visibleRows(rows.length, 2400, 96, 24)).toEqual({ start: 97, end: 107 });
	expect(visibleRows(2, 0, 96, 24)).toEqual({ start: 0, end: 2 });
});
