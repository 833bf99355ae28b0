import type { TraceToken } from '../trace/trace.js';
import { toHeatSvg } from './heatSvg.js';
import { matrixTicks } from './matrixLayout.js';
import type { Palette } from './palette.js';
import { tokenLabel } from './tokenLabel.js';

export interface AttentionSvgOptions {
	readonly tokens: readonly TraceToken[];
	/** The matrix as a picture, one pixel a cell: a `data:` URL. */
	readonly image: string;
	readonly palette: Palette;
	readonly title: string;
	/** One sentence: what the picture shows. */
	readonly description: string;
	/** The row that is outlined. */
	readonly query: number | null;
	/** Of the matrix, pixels. */
	readonly side?: number;
}

/** Smallest cell with room for the token beside it. */
const smallestLabelledCell = 11;

/** A square matrix of attention as a free-standing SVG: tokens on both axes where they fit, else numbers. */
export function toAttentionSvg(options: AttentionSvgOptions): string {
	const { tokens, image, palette, title, description, query, side = 640 } = options;
	const size = tokens.length;
	const cell = Math.min(16, side / size);
	const isLabelled = cell >= smallestLabelledCell;
	const ticks = isLabelled ? tokens.map((_, i) => i) : matrixTicks(size, cell);
	const labels = ticks.map((index) => ({
		index,
		text: isLabelled ? `${tokenLabel(tokens[index], { length: 14 })} ${index}` : `${index}`
	}));
	const outline =
		query === null || query >= size
			? ''
			: `<rect x="0" y="${query * cell}" width="${size * cell}" height="${cell}" fill="none" stroke="${palette.accent}" stroke-width="1.2"/>`;
	return toHeatSvg({
		layout: {
			rows: size,
			columns: size,
			cellWidth: cell,
			cellHeight: cell,
			left: 30,
			top: 18,
			width: 30 + size * cell,
			height: 18 + size * cell
		},
		palette,
		title,
		description,
		image,
		rowLabels: labels,
		columnLabels: labels,
		upright: isLabelled,
		overlay: outline
	});
}
