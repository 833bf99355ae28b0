import { expect, test } from 'vitest';
import { createTensor } from '../../../src/lib/tensor/tensor.js';
import { largestWeights, shareOutside, toHeadLines } from '../../../src/lib/views/headLines.js';
import { createHeatLayout, heatCellAt } from '../../../src/lib/views/heatLayout.js';
import { toHeatSvg } from '../../../src/lib/views/heatSvg.js';
import { lightPalette, toPixel } from '../../../src/lib/views/palette.js';
import { toSheet, toThumbnails } from '../../../src/lib/views/thumbnails.js';
import { createWeightLookup, toWeightPixels } from '../../../src/lib/views/weightPixels.js';
import { createRamp, weightPixel, type WeightScale } from '../../../src/lib/views/weightScale.js';

const ramp = createRamp(lightPalette);
const matrix = (side: number, ...weights: number[]) => ({
	queries: side,
	keys: side,
	weights: Float32Array.from(weights)
});

test.each<WeightScale>(['linear', 'log'])(
	'the fast way to pixels gives the colour of every weight, %s',
	(scale) => {
		const weights = Float32Array.from({ length: 100_001 }, (_, i) => i / 100_000);
		weights[1] = 1e-30;
		weights[2] = -0;
		const fast = toWeightPixels(
			{ queries: 1, keys: weights.length, weights },
			createWeightLookup(scale, ramp),
			{ paper: lightPalette.paper }
		);
		// Half a step of the ramp may round the other way; the step before or after is then right.
		let neighbours = 0;
		weights.forEach((weight, i) => {
			const exact = weightPixel(weight, scale, ramp);
			if (fast[i] === exact) return;
			const at = ramp.indexOf(exact);
			expect([ramp[at - 1], ramp[at + 1]]).toContain(fast[i]);
			neighbours++;
		});
		console.log(`${scale}: ${neighbours} of ${weights.length} weights one step of the ramp away`);
		expect(neighbours).toBeLessThan(weights.length / 20);
		expect(fast[0]).toBe(weightPixel(0, scale, ramp));
		expect(fast[100_000]).toBe(weightPixel(1, scale, ramp));
	}
);

test('closed cells are paper, and a sum just above 1 is the end of the ramp', () => {
	const pixels = toWeightPixels(
		matrix(2, 1, 1.0000001, 0.5, 0.5),
		createWeightLookup('linear', ramp),
		{
			open: Uint8Array.of(1, 1, 0, 1),
			paper: lightPalette.paper
		}
	);
	expect(pixels[1]).toBe(ramp[255]);
	expect(pixels[2]).toBe(toPixel(lightPalette.paper));
	expect(pixels[3]).not.toBe(pixels[2]);
});

test('a thumbnail keeps the largest weight of each tile, so a diagonal stays', () => {
	const length = 100;
	const data = Float32Array.from({ length: length * length }, (_, i) =>
		Math.floor(i / length) === i % length ? 0.9 : 0
	);
	const [thumbnail] = toThumbnails(createTensor('float32', [1, length, length], data), 10);
	expect(thumbnail.size).toBe(10);
	for (let i = 0; i < 10; i++) expect(thumbnail.weights[i * 11]).toBeCloseTo(0.9, 6);
	expect(thumbnail.weights.reduce((sum, weight) => sum + (weight > 0 ? 1 : 0), 0)).toBe(10);
});

test('a small matrix is its own thumbnail, copied', () => {
	const attention = createTensor('float32', [2, 1, 1], Float32Array.of(0.25, 0.5));
	const thumbnails = toThumbnails(attention);
	expect(thumbnails.map(({ weights }) => weights[0])).toEqual([0.25, 0.5]);
	attention.data[0] = 0;
	expect(thumbnails[0].weights[0]).toBe(0.25);
});

test('a sheet puts thumbnails in reading order with paper between', () => {
	const one = { size: 1, weights: Float32Array.of(1) };
	const sheet = toSheet(
		[one, null, one],
		{ columns: 2, rows: 2, tile: 2, gap: 1 },
		new Uint32Array(300_000).fill(7),
		9
	);
	expect([sheet.width, sheet.height]).toEqual([5, 5]);
	const pixels = new Uint32Array(sheet.data.buffer);
	expect(Array.from(pixels)).toEqual([
		...[7, 7, 9, 9, 9],
		...[7, 7, 9, 9, 9],
		...[9, 9, 9, 9, 9],
		...[7, 7, 9, 9, 9],
		...[7, 7, 9, 9, 9]
	]);
});

test('lines of a stretch leave out the faint ones and draw strong ones last', () => {
	const weights = matrix(3, 1, 0, 0, 0.3, 0.7, 0, 0.5, 0.1, 0.4);
	const lines = toHeadLines(weights, { start: 1, end: 3 }, 0.2);
	expect(lines.map(({ query, key }) => [query, key])).toEqual([
		[2, 2],
		[1, 1]
	]);
	expect(Array.from(shareOutside(weights, { start: 1, end: 3 }))).toEqual([
		expect.closeTo(0.3),
		expect.closeTo(0.5)
	]);
	expect(largestWeights(weights, 2).map(({ query, key }) => [query, key])).toEqual([
		[0, 0],
		[1, 1]
	]);
});

test('a heat map fits its width, and a point names its cell', () => {
	const layout = createHeatLayout({ rows: 13, columns: 2048, availableWidth: 800 });
	expect(layout.width).toBeLessThanOrEqual(800);
	expect(heatCellAt(layout, layout.left + 2000.5 * layout.cellWidth, layout.top + 17)).toEqual({
		row: 1,
		column: 2000
	});
	expect(heatCellAt(layout, 3, 40)).toBeNull();
	expect(() => createHeatLayout({ rows: 0, columns: 4, availableWidth: 9 })).toThrow('0 × 4');
});

test('the SVG of a heat map embeds the picture and keeps its axes as text, none cut off', () => {
	const layout = createHeatLayout({ rows: 2, columns: 3, availableWidth: 200 });
	const svg = toHeatSvg({
		layout,
		palette: lightPalette,
		title: 'Norms <all>',
		description: 'two rows',
		image: 'data:image/png;base64,AAAA',
		rowLabels: [{ index: 1, text: 'a very long row label' }],
		columnLabels: [{ index: 2, text: '12' }]
	});
	expect(svg).toContain('<image href="data:image/png;base64,AAAA"');
	expect(svg).toContain('Norms &#60;all&#62;');
	const x = Number(/translate\(([\d.]+) /.exec(svg)![1]);
	expect(x).toBeGreaterThan('a very long row label'.length * 6);
});
