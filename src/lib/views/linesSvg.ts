import type { TraceToken } from '../trace/trace.js';
import type { HeadLine } from './headLines.js';
import type { Palette } from './palette.js';
import {
	monoFont,
	svgPadding,
	svgText,
	svgTextWidth,
	svgTitleHeight,
	toSvgDocument
} from './svgDocument.js';
import { tokenLabel } from './tokenLabel.js';

export interface LinesSvgOptions {
	/** Those side by side, by position. */
	readonly tokens: readonly TraceToken[];
	readonly lines: readonly HeadLine[];
	readonly palette: Palette;
	readonly title: string;
	readonly description: string;
}

const rowHeight = 17;
const fontSize = 10;
/** Between the two columns of tokens. */
const span = 260;

/** A weight as a line: the stronger, the wider and the more opaque. */
export function lineStyle(weight: number): { width: number; opacity: number } {
	return { width: 0.6 + 2.4 * weight, opacity: Math.min(1, 0.15 + weight) };
}

/** Queries on the left, keys on the right, and a line for each weight: true vectors. */
export function toLinesSvg({
	tokens,
	lines,
	palette,
	title,
	description
}: LinesSvgOptions): string {
	const names = tokens.map((token) => tokenLabel(token, { length: 18 }));
	const column = Math.max(
		...tokens.map(({ position }, i) => svgTextWidth(`${names[i]} ${position}`, fontSize))
	);
	const left = column + 6;
	const right = left + span;
	const first = tokens[0].position;
	const middle = (position: number) => (position - first + 0.5) * rowHeight;
	const text = (content: string, position: number, x: number, anchor: 'start' | 'end') =>
		svgText(content, {
			size: fontSize,
			fill: palette.ink,
			font: monoFont,
			attributes: `x="${x}" y="${middle(position) + 3.5}" text-anchor="${anchor}"`
		});
	return toSvgDocument({
		width: 2 * left + span + 2 * svgPadding,
		height: tokens.length * rowHeight + svgTitleHeight + 2 * svgPadding,
		palette,
		title,
		description,
		body: [
			`<g transform="translate(${svgPadding} ${svgPadding + svgTitleHeight})">`,
			...lines.map(({ query, key, weight }) => {
				const { width, opacity } = lineStyle(weight);
				const bend = left + span / 2;
				return `<path d="M${left} ${middle(query)}C${bend} ${middle(query)} ${bend} ${middle(key)} ${right} ${middle(key)}" fill="none" stroke="${palette.weight}" stroke-width="${width.toFixed(2)}" stroke-opacity="${opacity.toFixed(3)}"/>`;
			}),
			...tokens.flatMap(({ position }, i) => [
				text(`${names[i]} ${position}`, position, left - 6, 'end'),
				text(`${position} ${names[i]}`, position, right + 6, 'start')
			]),
			'</g>'
		]
	});
}
