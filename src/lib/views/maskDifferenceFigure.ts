import type { TraceToken } from '../trace/trace.js';
import {
	describeDifference,
	maskChange,
	toDifferenceGrid,
	type MaskDifference
} from './maskDifference.js';
import { createMatrixLayout, type Cell } from './matrixLayout.js';
import { toMatrixSvg } from './matrixSvg.js';
import type { Palette } from './palette.js';
import { toHeader, type Table } from './tables.js';
import { tokenLabel } from './tokenLabel.js';

/** Two masks over the same tokens, side by side cell for cell. */
export interface ComparedMasks {
	readonly tokens: readonly TraceToken[];
	readonly difference: MaskDifference;
	readonly names: readonly [string, string];
}

/** @param preposition before the name of the mask that alone opens the cell: "under", "in" */
export function differenceWords(
	{ tokens, difference, names }: ComparedMasks,
	{ row, column }: Cell,
	preposition: string
): string {
	const change = difference.cells[row * tokens.length + column];
	if (change === maskChange.closed) return 'closed in both';
	if (change === maskChange.both) return 'open in both';
	return `open only ${preposition} ${names[change === maskChange.onlyFirst ? 0 : 1]}`;
}

export function toDifferenceTable(
	tokens: readonly TraceToken[],
	words: (cell: Cell) => string
): Table {
	return {
		columns: ['query \\ key', ...tokens.map(toHeader)],
		rows: tokens.map((token, row) => [
			toHeader(token),
			...tokens.map((_, column) => words({ row, column }))
		])
	};
}

export function toDifferenceSvg(
	{ tokens, difference, names }: ComparedMasks,
	{ palette, title, selectedRow }: { palette: Palette; title: string; selectedRow?: number }
): string {
	const size = tokens.length;
	return toMatrixSvg({
		grid: toDifferenceGrid(difference, palette),
		layout: createMatrixLayout({ rows: size, columns: size, availableWidth: 560 }),
		palette,
		title,
		description: describeDifference(difference, names),
		rowLabels: tokens.map((token) => tokenLabel(token, { length: 12 })),
		columnLabels: tokens.map((token) => tokenLabel(token, { length: 9 })),
		selectedRow
	});
}
