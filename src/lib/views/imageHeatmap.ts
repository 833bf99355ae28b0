import type { TraceImage } from '../trace/trace.js';
import { softTokenAt, softTokenBox, type Box } from './softTokenGrid.js';

/** Which soft tokens are painted: those of the whole picture, those of its crops, or all. */
export type HeatmapMode = 'merged' | 'whole' | 'crops';

/** One cell of a heat map, in pixels of the source picture. */
export interface HeatCell extends Box {
	/** Weight of the cell's soft token; merged: see `createHeatmap`. */
	readonly weight: number;
	/** Position of the soft token; where cells lie on each other, that of the crop. */
	readonly key: number;
}

export interface Heatmap {
	readonly cells: readonly HeatCell[];
	/** Largest weight of a cell. */
	readonly largest: number;
	/** Attention that the painted soft tokens get together. */
	readonly total: number;
}

/**
 * One query's attention as a map over a source picture. Apart, a cell is a soft token and carries its
 * weight. Merged, the weights of the whole picture and of its crops are spread evenly over their
 * cells and added where they overlap; a merged weight is what would fall on an area as large as one
 * soft token of the whole picture, so that large and small cells compare.
 *
 * @param row weights of the query, `[keys]`; keys beyond it count as 0
 * @param picture index of the picture in the prompt
 */
export function createHeatmap(
	images: readonly TraceImage[],
	picture: number,
	row: ArrayLike<number>,
	mode: HeatmapMode
): Heatmap {
	const squares = images.filter(
		(image) =>
			image.picture === picture &&
			(mode === 'merged' || (image.crop === null) === (mode === 'whole'))
	);
	const cells = squares.length > 1 && mode === 'merged' ? mergeCells(squares, row) : [];
	if (cells.length === 0) squares.forEach((square) => cells.push(...cellsOf(square, row)));
	let total = 0;
	for (const { tokens } of squares) {
		for (let key = tokens.start; key < tokens.end; key++) total += row[key] ?? 0;
	}
	return { cells, largest: cells.reduce((most, { weight }) => Math.max(most, weight), 0), total };
}

function cellsOf(image: TraceImage, row: ArrayLike<number>): HeatCell[] {
	return Array.from({ length: image.gridSize ** 2 }, (_, index) => {
		const key = image.tokens.start + index;
		return { ...softTokenBox(image, index), weight: row[key] ?? 0, key };
	});
}

function mergeCells(squares: readonly TraceImage[], row: ArrayLike<number>): HeatCell[] {
	const columns = edges(squares.map(({ box, gridSize }) => [box.x, box.width, gridSize]));
	const rows = edges(squares.map(({ box, gridSize }) => [box.y, box.height, gridSize]));
	const areaOf = ({ box, gridSize }: TraceImage) => (box.width * box.height) / gridSize ** 2;
	const unit = areaOf(squares[0]);
	const cells: HeatCell[] = [];
	for (let j = 0; j + 1 < rows.length; j++) {
		for (let i = 0; i + 1 < columns.length; i++) {
			const x = columns[i];
			const y = rows[j];
			const width = columns[i + 1] - x;
			const height = rows[j + 1] - y;
			let weight = 0;
			let key = -1;
			for (const square of squares) {
				const index = softTokenAt(square, x + width / 2, y + height / 2);
				if (index === null) continue;
				key = square.tokens.start + index;
				weight += ((row[key] ?? 0) * unit) / areaOf(square);
			}
			if (key >= 0) cells.push({ x, y, width, height, weight, key });
		}
	}
	return cells;
}

/** Sorted edges of several even divisions of a line, each once. */
function edges(divisions: readonly (readonly [start: number, length: number, parts: number])[]) {
	const all = divisions.flatMap(([start, length, parts]) =>
		Array.from({ length: parts + 1 }, (_, i) => start + (length * i) / parts)
	);
	all.sort((a, b) => a - b);
	return all.filter((edge, i) => i === 0 || edge - all[i - 1] > 1e-6);
}
