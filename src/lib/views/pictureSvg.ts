import { heatOpacity } from './heatmapRaster.js';
import type { Heatmap } from './imageHeatmap.js';
import type { Palette } from './palette.js';
import { fitPicture } from './pictureFit.js';
import type { Box } from './softTokenGrid.js';
import {
	escapeXml as escape,
	roundSvg as round,
	svgPadding as padding,
	svgText,
	svgTextWidth,
	svgTitle,
	svgTitleHeight as titleHeight
} from './svgDocument.js';
import type { WeightScale } from './weightScale.js';

export interface PicturePart {
	/** Source pixels; all boxes are given in them. */
	readonly picture: { readonly width: number; readonly height: number };
	/** The drawn picture as a data URL; null to leave it out. */
	readonly href: string | null;
	readonly palette: Palette;
	readonly title: string;
	/** One sentence: what the picture shows. */
	readonly description: string;
	/** Rectangles with a name, in the colour of images. */
	readonly boxes?: readonly { readonly box: Box; readonly label: string }[];
	/** Painted over the picture, which then shows only as far as `opacity`. */
	readonly heat?: {
		readonly map: Heatmap;
		readonly largest: number;
		readonly opacity: number;
		readonly scale?: WeightScale;
	};
}

/** Pictures with what is drawn over each, one below the other, as a free-standing SVG document. */
export function toPictureSvg(parts: readonly PicturePart[]): string {
	let top = 0;
	let width = 0;
	const drawn = parts.map((part) => {
		const one = drawPart(part, top);
		top += one.height;
		width = Math.max(width, one.width);
		return one.svg;
	});
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top}" viewBox="0 0 ${width} ${top}" role="img">`,
		`<rect width="100%" height="100%" fill="${parts[0].palette.paper}"/>`,
		...drawn,
		'</svg>'
	].join('\n');
}

function drawPart(part: PicturePart, top: number) {
	const { picture, href, palette, title, description, boxes = [], heat } = part;
	const fit = fitPicture(picture, 560, 560);
	const width = Math.ceil(Math.max(fit.width, svgTextWidth(title, 12)) + 2 * padding);
	const height = fit.height + titleHeight + 2 * padding;
	const place = (box: Box) => {
		const x = round((box.x / picture.width) * fit.width);
		const y = round((box.y / picture.height) * fit.height);
		const right = round(((box.x + box.width) / picture.width) * fit.width);
		const bottom = round(((box.y + box.height) / picture.height) * fit.height);
		return { x, y, width: round(right - x), height: round(bottom - y) };
	};
	const rect = (box: Box, attributes: string) => {
		const { x, y, width, height } = place(box);
		return `<rect x="${x}" y="${y}" width="${width}" height="${height}" ${attributes}/>`;
	};
	const svg = [
		`<g transform="translate(0 ${top})">`,
		`<title>${escape(title)}</title><desc>${escape(description)}</desc>`,
		svgTitle(title, palette.ink, padding + 10),
		`<g transform="translate(${padding} ${padding + titleHeight})">`,
		href === null
			? `<rect width="${fit.width}" height="${fit.height}" fill="none" stroke="${palette.rule}"/>`
			: `<image href="${href}" width="${fit.width}" height="${fit.height}" preserveAspectRatio="none" opacity="${heat?.opacity ?? 1}"/>`,
		...(heat?.map.cells ?? [])
			.filter(({ weight }) => weight > 0)
			.map((cell) =>
				rect(
					cell,
					`shape-rendering="crispEdges" fill="${palette.weight}" fill-opacity="${heatOpacity(cell.weight, heat!.largest, heat!.scale).toFixed(4)}"`
				)
			),
		...boxes.map(({ box, label }) => {
			const { x, y } = place(box);
			return (
				rect(box, `fill="none" stroke="${palette.image}" stroke-width="1.6"`) +
				svgText(label, {
					size: 11,
					fill: palette.image,
					attributes: `x="${x + 5}" y="${y + 13}" stroke="${palette.paper}" stroke-width="3" paint-order="stroke"`
				})
			);
		}),
		'</g></g>'
	].join('\n');
	return { svg, width, height };
}
