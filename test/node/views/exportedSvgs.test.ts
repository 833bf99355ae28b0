import { expect, test } from 'vitest';
import { createTensor } from '../../../src/lib/tensor/tensor.js';
import { toAttentionSvg } from '../../../src/lib/views/attentionSvg.js';
import { toBarsSvg } from '../../../src/lib/views/barsSvg.js';
import { createCellGrid } from '../../../src/lib/views/cellGrid.js';
import { createHeatLayout } from '../../../src/lib/views/heatLayout.js';
import { toHeadsSvg } from '../../../src/lib/views/headsSvg.js';
import { toHeatSvg } from '../../../src/lib/views/heatSvg.js';
import { toLensSvg } from '../../../src/lib/views/lensSvg.js';
import { toLinesSvg } from '../../../src/lib/views/linesSvg.js';
import { createMatrixLayout } from '../../../src/lib/views/matrixLayout.js';
import { toMatrixSvg } from '../../../src/lib/views/matrixSvg.js';
import { lightPalette as palette } from '../../../src/lib/views/palette.js';
import { toPatternSvg } from '../../../src/lib/views/patternSvg.js';
import { toPictureSvg } from '../../../src/lib/views/pictureSvg.js';
import { stackSvgs } from '../../../src/lib/views/stackSvg.js';
import { createStatePath, toPathSvg } from '../../../src/lib/views/statePath.js';
import { toTokensSvg } from '../../../src/lib/views/tokensSvg.js';
import { textToken } from '../../support/madeTrace.js';
import { clippedTexts } from '../../support/svgExtent.js';

const title =
	'A title that is a good deal longer than the small picture below it is wide, as titles are';
const description = `What it shows, ${'at length, '.repeat(8)}in one sentence`;
const image = 'data:image/png;base64,AAAA';
const long = '<start_of_image> and more';
const tokens = Array.from({ length: 12 }, (_, i) => textToken(i, i === 3 ? long : ` w${i}`));
const shared = { palette, title, description };
const names = (count: number, name: string) => Array.from({ length: count }, () => name);
const states = [0, 1, 2].map((i) =>
	createTensor('float32', [1, 3], Float32Array.of(i + 1, i * i, 2 - i))
);
const frame = { width: 300, height: 200, margin: 20 };

const documents: Readonly<Record<string, string>> = {
	attention: toAttentionSvg({ ...shared, tokens, image, query: 2 }),
	'long attention': toAttentionSvg({
		...shared,
		tokens: Array.from({ length: 900 }, (_, i) => textToken(i, 'x')),
		image,
		query: null
	}),
	heat: toHeatSvg({
		...shared,
		image,
		layout: createHeatLayout({ rows: 2, columns: 3, availableWidth: 80, left: 10 }),
		rowLabels: names(2, 'after the last layer').map((text, index) => ({ index, text })),
		columnLabels: [{ index: 2, text: 'a long column' }]
	}),
	matrix: toMatrixSvg({
		...shared,
		grid: createCellGrid(4, 4, 0),
		layout: createMatrixLayout({ rows: 4, columns: 4, availableWidth: 300 }),
		rowLabels: names(4, long),
		columnLabels: names(4, long)
	}),
	pattern: toPatternSvg({
		...shared,
		layers: [{ layer: 0, isGlobal: true, bytes: 9, window: null, rope: '1 M' }]
	}),
	bars: toBarsSvg({
		...shared,
		rows: [
			{ label: `${long} · of the second trace, far away`, share: 0.5, text: `${long} ${long}` },
			{ label: 'layers', share: null, text: names(5, long).join(' ') }
		]
	}),
	tokens: toTokensSvg({
		...shared,
		tokens: names(9, `${long} ${long}`).map((label) => ({ label, kind: 'control' as const })),
		width: 240
	}),
	picture: toPictureSvg([{ ...shared, picture: { width: 20, height: 90 }, href: image }]),
	lens: toLensSvg({
		...shared,
		image,
		rowNames: ['normed', 'L0'],
		columnNames: ['8,191 <s…rn>', '9 ␣a'],
		texts: ['␣capi…', 'b', 'c', 'd']
	}),
	lines: toLinesSvg({ ...shared, tokens, lines: [{ query: 3, key: 1, weight: 0.5 }] }),
	path: toPathSvg(createStatePath(states, 0, ['sliding_attention', 'full_attention'], frame), {
		palette,
		title,
		frame
	}),
	heads: toHeadsSvg({
		...shared,
		image,
		columns: 2,
		rows: 1,
		names: ['L25 H15', 'L3 H0']
	})
};

test.each(Object.keys(documents))('%s: no text is cut by the edge of the picture', (name) => {
	expect(clippedTexts(documents[name])).toEqual([]);
	expect(clippedTexts(stackSvgs([documents[name], documents[name]]))).toEqual([]);
});

test.each(Object.keys(documents))('%s: every font has names that all systems know', (name) => {
	const families = [...documents[name].matchAll(/font-family="([^"]*)"/g)].map(([, font]) => font);
	expect(families.length).toBeGreaterThan(0);
	for (const family of families) {
		expect(family).toMatch(/^(Arial, Helvetica|Menlo, Consolas), .*(sans-serif|monospace)$/);
	}
});

test('the check itself finds a text that is cut', () => {
	const open = '<svg xmlns="x" width="50" height="50">';
	const text = (attributes: string) =>
		`${open}<text font-size="10" ${attributes}>a long word</text></svg>`;
	expect(clippedTexts(text(' x="0" y="20"'))).toEqual(['a long word (right)']);
	expect(clippedTexts(text(' x="40" y="20" text-anchor="end"'))).toEqual(['a long word (left)']);
	expect(clippedTexts(text(' transform="translate(5 40) rotate(-90)"'))).toEqual([
		'a long word (top)'
	]);
});
