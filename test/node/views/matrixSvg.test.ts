import { expect, test } from 'vitest';
import { createCellGrid, notch, texture } from '../../../src/lib/views/cellGrid.js';
import { createMatrixLayout } from '../../../src/lib/views/matrixLayout.js';
import { toMatrixSvg } from '../../../src/lib/views/matrixSvg.js';
import { lightPalette, toPixel } from '../../../src/lib/views/palette.js';

function draw(size: number, availableWidth = 300): string {
	const grid = createCellGrid(size, size, 0);
	grid.fill.fill(toPixel('#123456'));
	grid.texture[1] = texture.closed;
	grid.texture[2] = texture.hatch | notch;
	return toMatrixSvg({
		grid,
		layout: createMatrixLayout({ rows: size, columns: size, availableWidth }),
		palette: lightPalette,
		title: 'A <title> & "more"',
		description: 'what it shows',
		rowLabels: Array.from({ length: size }, (_, i) => `row<${i}>`),
		columnLabels: Array.from({ length: size }, (_, i) => `column ${i}`),
		selectedRow: 1
	});
}

test('the document is true vectors: a path a colour and texture, labels as text', () => {
	const svg = draw(3);
	expect(svg).toContain('xmlns="http://www.w3.org/2000/svg"');
	expect(svg).not.toContain('<image');
	expect(svg.match(/fill="#123456"/g)).toHaveLength(1);
	expect(svg).toContain('fill="url(#hatch-123456)"');
	expect(svg).toContain(`fill="${lightPalette.ink}" d="M`); // the notch
	expect(svg.match(/<text/g)).toHaveLength(1 + 3 + 3);
});

test('text is escaped', () => {
	const svg = draw(3);
	expect(svg).toContain('A &#60;title&#62; &#38; &#34;more&#34;');
	expect(svg).toContain('row&#60;0&#62;');
	expect(svg).not.toContain('row<0>');
});

test('tight pictures carry numbers in place of tokens', () => {
	const svg = draw(40);
	expect(svg).not.toContain('row&#60;');
	expect(svg).toMatch(/>35<\/text>/);
});

test('the selected row is outlined', () => {
	expect(draw(3)).toContain(`stroke="${lightPalette.accent}" stroke-width="1.5"`);
});
