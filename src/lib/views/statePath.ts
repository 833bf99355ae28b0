import { scaleLinear } from 'd3-scale';
import type { LayerType } from '../gemma3/configuration.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Palette } from './palette.js';
import { principalComponents } from './principalComponents.js';
import { rowNorms, stackPosition } from './stateStatistics.js';
import { svgPadding, svgText, svgTextWidth, svgTitleHeight, toSvgDocument } from './svgDocument.js';

/** A token's state at one depth, in the plane in which it turns most. */
export interface PathPoint {
	readonly depth: number;
	readonly name: string;
	readonly kind: 'control' | 'local' | 'global';
	/** Place on paper, pixels. */
	readonly x: number;
	readonly y: number;
	/** Coordinates in the plane. */
	readonly first: number;
	readonly second: number;
}

export interface StatePath {
	readonly points: readonly PathPoint[];
	/** Shares of the variance along both axes. */
	readonly explained: readonly number[];
}

export interface PathFrame {
	readonly width: number;
	readonly height: number;
	readonly margin: number;
}

/**
 * One position's states through the layers, on the two directions of most variance. Directions, not
 * lengths: the stream grows so much that little else would be seen.
 *
 * @param states `[N + 1]` of `[positions, hiddenSize]`
 */
export function createStatePath(
	states: readonly Tensor[],
	position: number,
	layerTypes: readonly LayerType[],
	frame: PathFrame
): StatePath {
	const stacked = stackPosition(states, position);
	const norms = rowNorms(stacked);
	const columns = stacked.dims[1];
	const data = stacked.data.map((value, i) => value / (norms[Math.floor(i / columns)] || 1));
	const { coordinates, explained } = principalComponents({
		dtype: 'float32',
		dims: stacked.dims,
		data
	});
	const xs = states.map((_, i) => coordinates[2 * i]);
	const ys = states.map((_, i) => coordinates[2 * i + 1]);
	const { width, height, margin } = frame;
	const [left, bottom] = [Math.min(...xs), Math.min(...ys)];
	// One scale for both axes: distances on paper are distances in the plane.
	const perUnit = Math.min(
		(width - 2 * margin) / Math.max(Math.max(...xs) - left, 1e-9),
		(height - 2 * margin) / Math.max(Math.max(...ys) - bottom, 1e-9)
	);
	const toX = scaleLinear([left, left + 1], [margin, margin + perUnit]);
	const toY = scaleLinear([bottom, bottom + 1], [height - margin, height - margin - perUnit]);
	const points = states.map((_, depth): PathPoint => ({
		depth,
		name: depth === 0 ? 'emb' : depth === states.length - 1 ? 'normed' : `L${depth - 1}`,
		kind: depth === 0 ? 'control' : layerTypes[depth - 1] === 'full_attention' ? 'global' : 'local',
		x: toX(xs[depth]),
		y: toY(ys[depth]),
		first: xs[depth],
		second: ys[depth]
	}));
	return { points, explained };
}

/** The path as a free-standing SVG of true vectors. */
export function toPathSvg(
	{ points }: StatePath,
	{ palette, title, frame }: { palette: Palette; title: string; frame: PathFrame }
): string {
	const line = points.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L');
	const longest = Math.max(...points.map(({ name }) => svgTextWidth(name, 10)));
	return toSvgDocument({
		width: frame.width + longest + 2 * svgPadding,
		height: frame.height + svgTitleHeight + 2 * svgPadding,
		palette,
		title,
		body: [
			`<g transform="translate(${svgPadding} ${svgPadding + svgTitleHeight})">`,
			`<path d="M${line}" fill="none" stroke="${palette.soft}" stroke-width="1"/>`,
			...points.flatMap(({ x, y, name, kind }) => [
				`<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${kind === 'global' ? 5 : 3.5}" fill="${palette[kind]}"/>`,
				svgText(name, {
					size: 10,
					fill: palette.ink,
					attributes: `x="${(x + 7).toFixed(1)}" y="${(y - 5).toFixed(1)}"`
				})
			]),
			'</g>'
		]
	});
}
