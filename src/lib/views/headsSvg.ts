import { toHeatSvg } from './heatSvg.js';
import type { Palette } from './palette.js';
import { svgText } from './svgDocument.js';

/** Pixels of one head, and from one to the next. */
export const exportedTile = 64;
export const exportedStep = 70;

export interface HeadsSvgOptions {
	readonly rows: number;
	readonly columns: number;
	/** The sheet of thumbnails, tiles of 64 pixels with 6 between them: a `data:` URL. */
	readonly image: string;
	/** Of each tile in reading order; null where there is none. */
	readonly names: readonly (string | null)[];
	readonly palette: Palette;
	readonly title: string;
	/** One sentence: what the picture shows. */
	readonly description: string;
}

/** All heads side by side as a free-standing SVG, each with its name. */
export function toHeadsSvg(options: HeadsSvgOptions): string {
	const { rows, columns, image, names, palette, title, description } = options;
	return toHeatSvg({
		layout: {
			rows,
			columns,
			cellWidth: exportedStep,
			cellHeight: exportedStep,
			left: 8,
			top: 8,
			width: 8 + columns * exportedStep,
			height: 8 + rows * exportedStep
		},
		palette,
		title,
		description,
		image,
		rowLabels: [],
		columnLabels: [],
		overlay: names
			.map((name, i) => {
				if (name === null) return '';
				const x = (i % columns) * exportedStep + 3;
				const y = Math.floor(i / columns) * exportedStep + 11;
				return svgText(name, {
					size: 9,
					fill: palette.ink,
					attributes: `x="${x}" y="${y}" stroke="${palette.paper}" stroke-width="2.5" paint-order="stroke"`
				});
			})
			.join('')
	});
}
