import type { HeatLayout } from './heatLayout.js';
import type { Palette } from './palette.js';

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
const padding = 12;
const titleHeight = 22;
/** Width of a character of the label font at most, as a share of its size. */
const widestCharacter = 0.62;

/** A dense map as a free-standing SVG: an embedded picture, and axes, titles and marks as vectors. */
export function toHeatSvg(options: HeatSvgOptions): string {
	const { layout, palette, title, description, image, rowLabels, columnLabels } = options;
	// The row labels get the room they need, and so does a title longer than the picture.
	const labelWidth = Math.max(0, ...rowLabels.map(({ text }) => toWidth(text))) + 8;
	const left = Math.max(layout.left, labelWidth);
	const labelHeight = options.upright
		? Math.max(0, ...columnLabels.map(({ text }) => toWidth(text))) + 8
		: 16;
	const top = Math.max(layout.top, labelHeight);
	const cellsWidth = layout.columns * layout.cellWidth;
	const cellsHeight = layout.rows * layout.cellHeight;
	const lastLabel = columnLabels.at(-1);
	const overhang = lastLabel && !options.upright ? toWidth(lastLabel.text) / 2 : 0;
	const width = Math.ceil(
		Math.max(left + cellsWidth + overhang, title.length * 12 * widestCharacter) + 2 * padding
	);
	const height = Math.ceil(top + cellsHeight + titleHeight + 2 * padding);
	const text = (content: string, color: string, attributes: string) =>
		`<text font-family="ui-monospace, Menlo, Consolas, monospace" font-size="${fontSize}" fill="${color}" ${attributes}>${escapeXml(content)}</text>`;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
		`<title>${escapeXml(title)}</title><desc>${escapeXml(description)}</desc>`,
		`<rect width="100%" height="100%" fill="${palette.paper}"/>`,
		`<text x="${padding}" y="${padding + 10}" font-family="system-ui, sans-serif" font-size="12" font-weight="600" fill="${palette.ink}">${escapeXml(title)}</text>`,
		`<g transform="translate(${padding + left} ${padding + titleHeight + top})">`,
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
			return options.upright
				? text(content, color, `transform="translate(${round(x + 3.5)} -6) rotate(-90)"`)
				: text(content, color, `text-anchor="middle" x="${x}" y="-5"`);
		}),
		options.overlay ?? '',
		'</g></svg>'
	].join('\n');
}

/** Upper bound of a label's width, CSS pixels. */
function toWidth(text: string): number {
	return Array.from(text).length * fontSize * widestCharacter;
}

function round(value: number): number {
	return Math.round(value * 100) / 100;
}

export function escapeXml(text: string): string {
	return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
