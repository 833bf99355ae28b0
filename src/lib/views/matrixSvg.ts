import { notch, texture, type CellGrid } from './cellGrid.js';
import { matrixTicks, type MatrixLayout } from './matrixLayout.js';
import { toHex, type Palette } from './palette.js';

export interface MatrixSvgOptions {
	readonly grid: CellGrid;
	readonly layout: MatrixLayout;
	readonly palette: Palette;
	readonly title: string;
	/** One sentence: what the picture shows. */
	readonly description: string;
	/** Text of each row and column, drawn where the layout is `labelled`. */
	readonly rowLabels: readonly string[];
	readonly columnLabels: readonly string[];
	/** Row to outline, if any. */
	readonly selectedRow?: number;
}

const fontSize = 10;
const padding = 12;
const titleHeight = 22;

/**
 * A matrix as a free-standing SVG document of true vectors: one path a colour and texture, labels as
 * text in common fonts.
 */
export function toMatrixSvg(options: MatrixSvgOptions): string {
	const { grid, layout, palette, title, description, selectedRow } = options;
	const width = layout.width + 2 * padding;
	const height = layout.height + titleHeight + 2 * padding;
	const selection =
		selectedRow === undefined
			? ''
			: `<rect x="${layout.left}" y="${layout.top + selectedRow * layout.cell}" width="${layout.columns * layout.cell}" height="${layout.cell}" fill="none" stroke="${palette.accent}" stroke-width="1.5"/>`;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}" role="img">`,
		`<title>${escape(title)}</title><desc>${escape(description)}</desc>`,
		`<rect width="100%" height="100%" fill="${palette.paper}"/>`,
		`<text x="${padding}" y="${padding + 10}" font-family="system-ui, sans-serif" font-size="12" font-weight="600" fill="${palette.ink}">${escape(title)}</text>`,
		`<g transform="translate(${padding} ${padding + titleHeight})">`,
		...cellPaths(grid, layout, palette),
		...labels(options),
		selection,
		'</g></svg>'
	].join('\n');
}

function cellPaths(grid: CellGrid, layout: MatrixLayout, palette: Palette): string[] {
	const { cell, left, top } = layout;
	const solid = new Map<number, string[]>();
	const hatched = new Map<number, string[]>();
	const closed: string[] = [];
	const notches: string[] = [];
	const side = cell * (1 - grid.gap);
	for (let row = 0, i = 0; row < grid.rows; row++) {
		for (let column = 0; column < grid.columns; column++, i++) {
			const x = left + column * cell;
			const y = top + row * cell;
			const kind = grid.texture[i] & ~notch;
			if (kind === texture.closed) closed.push(square(x + 0.5, y + 0.5, cell - 1));
			else {
				const paths = kind === texture.hatch ? hatched : solid;
				const path = paths.get(grid.fill[i]) ?? [];
				paths.set(grid.fill[i], path);
				path.push(square(x, y, side));
			}
			if (grid.texture[i] & notch) {
				notches.push(
					`M${round(x + side)} ${round(y)}h${round(-side / 3)}L${round(x + side)} ${round(y + side / 3)}z`
				);
			}
		}
	}
	const parts = [
		`<path fill="none" stroke="${palette.rule}" stroke-width="0.7" d="${closed.join('')}"/>`
	];
	for (const [pixel, path] of solid) {
		parts.push(`<path fill="${toHex(pixel)}" shape-rendering="crispEdges" d="${path.join('')}"/>`);
	}
	for (const [pixel, path] of hatched) {
		const color = toHex(pixel);
		const id = `hatch-${color.slice(1)}`;
		parts.push(
			`<defs><pattern id="${id}" width="4" height="4" patternUnits="userSpaceOnUse"><path d="M0 4L4 0" stroke="${color}"/></pattern></defs>`,
			`<path fill="url(#${id})" stroke="${color}" stroke-width="0.6" d="${path.join('')}"/>`
		);
	}
	if (notches.length > 0) parts.push(`<path fill="${palette.ink}" d="${notches.join('')}"/>`);
	return parts;
}

function labels({ layout, palette, rowLabels, columnLabels }: MatrixSvgOptions): string[] {
	const { cell, left, top, labelled, rows, columns } = layout;
	const family = labelled ? 'ui-monospace, Menlo, Consolas, monospace' : 'system-ui, sans-serif';
	const text = (content: string, attributes: string) =>
		`<text font-family="${family}" font-size="${fontSize}" fill="${palette.soft}" ${attributes}>${escape(content)}</text>`;
	const rowIndices = labelled ? range(rows) : matrixTicks(rows, cell);
	const columnIndices = labelled ? range(columns) : matrixTicks(columns, cell);
	return [
		...rowIndices.map((row) =>
			text(
				labelled ? rowLabels[row] : String(row),
				`text-anchor="end" x="${left - 6}" y="${round(top + (row + 0.5) * cell + 3.5)}"`
			)
		),
		...columnIndices.map((column) => {
			const x = round(left + (column + 0.5) * cell);
			return labelled
				? text(
						columnLabels[column],
						`transform="translate(${round(x + 3.5)} ${top - 6}) rotate(-90)"`
					)
				: text(String(column), `text-anchor="middle" x="${x}" y="${top - 5}"`);
		})
	];
}

function square(x: number, y: number, side: number): string {
	return `M${round(x)} ${round(y)}h${round(side)}v${round(side)}h${round(-side)}z`;
}

function range(count: number): number[] {
	return Array.from({ length: count }, (_, i) => i);
}

function round(value: number): number {
	return Math.round(value * 100) / 100;
}

function escape(text: string): string {
	return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
