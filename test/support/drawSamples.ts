import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { encode } from 'fast-png';
import { circle, digit, ring, square, star, triangle, type Shape } from './sampleShapes.js';

/**
 * Draws the sample pictures of the page into `static/examples/`, as the lessons of the embedded
 * model draw theirs (`training/lessons`): one shape to a cell of a 3 × 3 grid, its radius at most
 * 0.48 of the cell; a number of four or three printed digits inside one crop of a banner.
 * Run it again after a change: `npm run draw-samples`.
 */

type Color = readonly [red: number, green: number, blue: number];

interface Filled {
	readonly color: Color;
	readonly inside: Shape;
}

/** As `training/lessons/palette.py` has them. */
const colors = {
	red: [220, 40, 40],
	blue: [40, 80, 220],
	green: [40, 160, 60],
	yellow: [240, 210, 40],
	purple: [140, 50, 180],
	ink: [20, 20, 90],
	white: [255, 255, 255],
	sand: [250, 240, 220]
} as const satisfies Record<string, Color>;

/** Points a side and pixel that are asked whether they lie inside: smooth edges. */
const samplesPerSide = 4;

function draw(width: number, height: number, background: Color, shapes: readonly Filled[]) {
	const data = new Uint8Array(width * height * 3);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			let color: readonly number[] = background;
			for (const shape of shapes) {
				const share = coverage(shape.inside, x, y);
				color = color.map((value, i) => value + (shape.color[i] - value) * share);
			}
			data.set(color.map(Math.round), (y * width + x) * 3);
		}
	}
	return encode({ width, height, data, channels: 3, depth: 8 });
}

function coverage(inside: Shape, x: number, y: number): number {
	let count = 0;
	for (let i = 0; i < samplesPerSide; i++) {
		for (let j = 0; j < samplesPerSide; j++) {
			if (inside(x + (i + 0.5) / samplesPerSide, y + (j + 0.5) / samplesPerSide)) count++;
		}
	}
	return count / samplesPerSide ** 2;
}

/** Digits of a height beside each other, from an upper left corner, pixels. */
function write(number: string, left: number, top: number, height: number): Filled[] {
	return [...number].map((name, i) => ({
		color: colors.ink,
		inside: digit(name, left + i * height * 0.68, top, height)
	}));
}

const samples = {
	'red-circle': draw(224, 224, colors.white, [{ color: colors.red, inside: circle(112, 112, 35) }]),
	'three-shapes': draw(224, 224, colors.white, [
		{ color: colors.red, inside: circle(38, 38, 34) },
		{ color: colors.blue, inside: square(186, 38, 34) },
		{ color: colors.green, inside: triangle(112, 186, 34) }
	]),
	'wide-banner': draw(896, 224, colors.sand, [
		{ color: colors.red, inside: circle(112, 112, 60) },
		{ color: colors.blue, inside: star(784, 112, 60) },
		...write('4720', 520, 98, 26)
	]),
	'tall-banner': draw(224, 896, colors.sand, [
		{ color: colors.purple, inside: ring(112, 112, 60) },
		{ color: colors.yellow, inside: square(112, 784, 60) },
		...write('358', 84, 540, 30)
	])
};

const folder = fileURLToPath(new URL('../../static/examples/', import.meta.url));
await mkdir(folder, { recursive: true });
for (const [name, bytes] of Object.entries(samples)) {
	await writeFile(`${folder}${name}.png`, bytes);
	console.log(`${name}.png, ${bytes.length} bytes`);
}
