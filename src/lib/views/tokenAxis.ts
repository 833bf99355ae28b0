import type { TraceImage, TraceToken } from '../trace/trace.js';
import { createCellGrid, notch, texture, type CellGrid } from './cellGrid.js';
import { toHex, toPixel } from './palette.js';
import { interpolateRgb } from 'd3-interpolate';
import { imageLabel, tokenLabel, toTokenRuns, type TokenRun } from './tokenLabel.js';

/** The rows or columns of a matrix: one a token, or one for all soft tokens of a folded image. */
export interface TokenAxis {
	readonly runs: readonly TokenRun[];
	/** Index of the run that holds each position. */
	readonly indexOf: Uint32Array;
	/** Whether any run holds more than one token. */
	readonly isFolded: boolean;
}

/** @param folded indices of the images whose soft tokens become one run */
export function createTokenAxis(
	tokens: readonly TraceToken[],
	folded: ReadonlySet<number>
): TokenAxis {
	const runs = toTokenRuns(tokens).flatMap((run) =>
		run.imageIndex === null || folded.has(run.imageIndex)
			? [run]
			: Array.from({ length: run.end - run.start }, (_, i) => ({
					...run,
					start: run.start + i,
					end: run.start + i + 1
				}))
	);
	const indexOf = new Uint32Array(tokens.length);
	runs.forEach(({ start, end }, index) => indexOf.fill(index, start, end));
	return { runs, indexOf, isFolded: runs.length < tokens.length };
}

/** What a row or column is called: a token's text, or the name of a folded image. */
export function axisLabels(
	{ runs }: TokenAxis,
	tokens: readonly TraceToken[],
	images: readonly TraceImage[],
	length: number
): string[] {
	return runs.map(({ start, end, imageIndex }) =>
		imageIndex !== null && end - start > 1
			? imageLabel(images, imageIndex).replace('image ', 'im ')
			: tokenLabel(tokens[start], { length })
	);
}

/**
 * A mask with its folded images as one row and one column each. A cell that stands for open and
 * closed ones is tinted by the share of open ones.
 */
export function foldMaskGrid(grid: CellGrid, axis: TokenAxis, paper: string): CellGrid {
	if (!axis.isFolded) return grid;
	const { runs } = axis;
	const folded = createCellGrid(runs.length, runs.length, grid.gap);
	runs.forEach((queries, row) =>
		runs.forEach((keys, column) => {
			const i = row * runs.length + column;
			const cell = foldCell(grid, queries, keys, paper);
			folded.fill[i] = cell.fill;
			folded.texture[i] = cell.texture;
		})
	);
	return folded;
}

function foldCell(grid: CellGrid, queries: TokenRun, keys: TokenRun, paper: string) {
	let open = 0;
	let marks = 0;
	let fill = 0;
	let kind: number = texture.closed;
	for (let query = queries.start; query < queries.end; query++) {
		for (let key = keys.start; key < keys.end; key++) {
			const i = query * grid.columns + key;
			marks |= grid.texture[i] & notch;
			const one = grid.texture[i] & ~notch;
			if (one === texture.closed) continue;
			open++;
			kind = one;
			fill = grid.fill[i];
		}
	}
	const count = (queries.end - queries.start) * (keys.end - keys.start);
	if (open === 0 || open === count) return { fill, texture: kind | marks };
	const tint = interpolateRgb(paper, toHex(fill))(open / count);
	return { fill: toPixel(tint), texture: texture.solid | marks };
}
