import { toHeatSvg } from './heatSvg.js';
import type { Palette } from './palette.js';
import { monoFont, svgText } from './svgDocument.js';

export interface LensSvgOptions {
	/** First row on top. */
	readonly rowNames: readonly string[];
	readonly columnNames: readonly string[];
	/** The words of the cells, row by row. */
	readonly texts: readonly string[];
	/** One pixel a cell: a `data:` URL. */
	readonly image: string;
	readonly palette: Palette;
	readonly title: string;
}

const cellWidth = 68;
const cellHeight = 20;

/** The grid of the logit lens as a free-standing SVG: a word in every cell. */
export function toLensSvg(options: LensSvgOptions): string {
	const { rowNames, columnNames, texts, image, palette, title } = options;
	const columns = columnNames.length;
	return toHeatSvg({
		layout: {
			rows: rowNames.length,
			columns,
			cellWidth,
			cellHeight,
			left: 40,
			top: 18,
			width: 40 + columns * cellWidth,
			height: 18 + rowNames.length * cellHeight
		},
		palette,
		title,
		description: 'Each hidden state through the final norm and the head.',
		image,
		rowLabels: rowNames.map((text, index) => ({ index, text })),
		columnLabels: columnNames.map((text, index) => ({ index, text })),
		overlay: texts
			.map((text, i) => {
				const x = ((i % columns) + 0.5) * cellWidth;
				const y = Math.floor(i / columns) * cellHeight + 13.5;
				return svgText(text, {
					size: 9,
					fill: palette.ink,
					font: monoFont,
					attributes: `x="${x}" y="${y}" text-anchor="middle"`
				});
			})
			.join('')
	});
}
