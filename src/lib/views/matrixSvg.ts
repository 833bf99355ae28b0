import { notch, texture, type CellGrid } from './cellGrid.js';
import { matrixTicks, type MatrixLayout } from './matrixLayout.js';
import { toHex, type Palette } from './palette.js';
import {
	monoFont,
	roundSvg as round,
	sansFont,
	svgPadding,
	svgText,
	svgTextWidth,
	svgTitleHeight,
	toSvgDocument
} from './svgDocument.js';

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

/**
 * A matrix as a free-standing SVG document of true vectors: one path a colour and texture, labels as
 * text in common fonts.
 */
export function toMatrixSvg(options: MatrixSvgOptions): string {
	const { grid, layout, palette, title, description, selectedRow } = options;
	// Labels longer than the room that a screen has for them are not cut on paper.
	const overLeft = layout.labelled ? overhang(options.rowLabels, layout.left) : 0;
	const overTop = layout.labelled ? overhang(options.columnLabels, layout.top) : 0;
	const selection =
		selectedRow === undefined
			? ''
			: `<rect x="${layout.left}" y="${layout.top + selectedRow * layout.cell}" width="${layout.columns * layout.cell}" height="${layout.cell}" fill="none" stroke="${palette.accent}" stroke-width="1.5"/>`;
	return toSvgDocument({
		width: layout.width + overLeft + 2 * svgPadding,
		height: layout.height + overTop + svgTitleHeight + 2 * svgPadding,
		palette,
		title,
		description,
		body: [
			`<g transform="translate(${round(svgPadding + overLeft)} ${round(svgPadding + svgTitleHeight + overTop)})">`,
			...cellPaths(grid, layout, palette),
			...labels(options),
			selection,
			'</g>'
		]
	});
}

/** What the longest label takes beyond the room beside the cells. */
function overhang(labels: readonly string[], room: number): number {
	const longest = Math.max(0, ...labels.map((label) => svgTextWidth(label, fontSize)));
	return Math.max(0, longest + 8 - room);
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
	const font = labelled ? monoFont : sansFont;
	const text = (content: string, attributes: string) =>
		svgText(content, { size: fontSize, fill: palette.soft, font, attributes });
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
