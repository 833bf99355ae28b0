import type { HeatLayout } from './heatLayout.js';
import type { Palette } from './palette.js';
import {
	monoFont,
	roundSvg as round,
	svgPadding,
	svgText,
	svgTextWidth,
	svgTitleHeight,
	toSvgDocument
} from './svgDocument.js';

export interface HeatSvgOptions {
	readonly layout: HeatLayout;
	readonly palette: Palette;
	readonly title: string;
	/** One sentence: what the picture shows. */
	readonly description: string;
	/** The cells as a picture, one pixel a cell or more: a `data:` URL. */
	readonly image: string;
	readonly rowLabels: readonly Label[];
	readonly columnLabels: readonly Label[];
	/** Vectors over the cells, in the layout's coordinates; written into the document as they are. */
	readonly overlay?: string;
	/** Upright column labels, for texts. */
	readonly upright?: boolean;
}

export interface Label {
	readonly index: number;
	readonly text: string;
	readonly color?: string;
}

const fontSize = 10;

/** A dense map as a free-standing SVG: an embedded picture, and axes, titles and marks as vectors. */
export function toHeatSvg(options: HeatSvgOptions): string {
	const { layout, palette, title, description, image, rowLabels, columnLabels, upright } = options;
	const toWidth = ({ text }: Label) => svgTextWidth(text, fontSize);
	// The row labels get the room they need.
	const left = Math.max(layout.left, Math.max(0, ...rowLabels.map(toWidth)) + 8);
	const labelHeight = upright ? Math.max(0, ...columnLabels.map(toWidth)) + 8 : 16;
	const top = Math.max(layout.top, labelHeight);
	const cellsWidth = layout.columns * layout.cellWidth;
	const cellsHeight = layout.rows * layout.cellHeight;
	const lastLabel = columnLabels.at(-1);
	const overhang = lastLabel && !upright ? toWidth(lastLabel) / 2 : 0;
	const text = (content: string, fill: string, attributes: string) =>
		svgText(content, { size: fontSize, fill, font: monoFont, attributes });
	return toSvgDocument({
		width: left + cellsWidth + overhang + 2 * svgPadding,
		height: top + cellsHeight + svgTitleHeight + 2 * svgPadding,
		palette,
		title,
		description,
		body: [
			`<g transform="translate(${svgPadding + left} ${svgPadding + svgTitleHeight + top})">`,
			`<image href="${image}" width="${round(cellsWidth)}" height="${round(cellsHeight)}" preserveAspectRatio="none" style="image-rendering:pixelated"/>`,
			`<rect width="${round(cellsWidth)}" height="${round(cellsHeight)}" fill="none" stroke="${palette.soft}" stroke-width="0.7"/>`,
			...rowLabels.map(({ index, text: content, color = palette.soft }) =>
				text(
					content,
					color,
					`text-anchor="end" x="-6" y="${round((index + 0.5) * layout.cellHeight + 3.5)}"`
				)
			),
			...columnLabels.map(({ index, text: content, color = palette.soft }) => {
				const x = round((index + 0.5) * layout.cellWidth);
				return upright
					? text(content, color, `transform="translate(${round(x + 3.5)} -6) rotate(-90)"`)
					: text(content, color, `text-anchor="middle" x="${x}" y="-5"`);
			}),
			options.overlay ?? '',
			'</g>'
		]
	});
}
