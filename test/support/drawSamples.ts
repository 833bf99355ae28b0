import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { encode } from 'fast-png';

/**
 * Draws the sample pictures of the page into `static/examples/`: shapes as the embedded model has
 * learned them, and a wide and a tall banner with a number. Run it again after a change:
 * `npx tsx --tsconfig tsconfig.pure.json test/support/drawSamples.ts`
 */

type Color = readonly [red: number, green: number, blue: number];
/** Whether a point lies inside, in pixels. */
type Shape = (x: number, y: number) => boolean;

interface Filled {
	readonly color: Color;
	readonly inside: Shape;
}

const colors = {
	red: [214, 48, 49],
	blue: [38, 103, 201],
	green: [38, 148, 74],
	yellow: [243, 196, 28],
	purple: [126, 58, 176],
	ink: [38, 40, 46],
	paper: [255, 255, 255],
	sand: [239, 233, 218]
} as const satisfies Record<string, Color>;

/** Points a side and pixel that are asked whether they lie inside: smooth edges. */
const samplesPerSide = 4;

const circle =
	(cx: number, cy: number, radius: number): Shape =>
	(x, y) =>
		Math.hypot(x - cx, y - cy) <= radius;

const square =
	(cx: number, cy: number, half: number): Shape =>
	(x, y) =>
		Math.abs(x - cx) <= half && Math.abs(y - cy) <= half;

const triangle =
	(cx: number, cy: number, half: number): Shape =>
	(x, y) => {
		const down = (y - (cy - half)) / (2 * half);
		return down >= 0 && down <= 1 && Math.abs(x - cx) <= down * half;
	};

const ring =
	(cx: number, cy: number, radius: number): Shape =>
	(x, y) => {
		const distance = Math.hypot(x - cx, y - cy);
		return distance <= radius && distance >= radius * 0.55;
	};

/** Which of seven bars a digit lights: top, upper left, upper right, middle, lower left, lower right, bottom. */
const bars: Readonly<Record<string, string>> = {
	'0': '1110111',
	'2': '1011101',
	'5': '1101011',
	'9': '1111011'
};

/** A digit of seven bars in a box of `width` × 2 `width`. */
function digit(name: string, left: number, top: number, width: number): Shape {
	const thick = width * 0.24;
	const height = 2 * width;
	const boxes = [
		[0, 0, width, thick],
		[0, 0, thick, height / 2],
		[width - thick, 0, width, height / 2],
		[0, (height - thick) / 2, width, (height + thick) / 2],
		[0, height / 2, thick, height],
		[width - thick, height / 2, width, height],
		[0, height - thick, width, height]
	].filter((_, bar) => bars[name][bar] === '1');
	return (x, y) =>
		boxes.some(
			([x0, y0, x1, y1]) => x >= left + x0 && x <= left + x1 && y >= top + y0 && y <= top + y1
		);
}

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

const number = [...'5920'];

const samples = {
	'red-circle': draw(224, 224, colors.paper, [{ color: colors.red, inside: circle(112, 112, 62) }]),
	'three-shapes': draw(224, 224, colors.paper, [
		{ color: colors.red, inside: circle(60, 62, 38) },
		{ color: colors.blue, inside: square(164, 66, 34) },
		{ color: colors.green, inside: triangle(112, 164, 38) }
	]),
	'wide-banner': draw(448, 112, colors.sand, [
		{ color: colors.red, inside: circle(56, 56, 26) },
		{ color: colors.blue, inside: triangle(140, 56, 26) },
		...number.map((name, i) => ({
			color: colors.ink,
			inside: digit(name, 262 + i * 40, 30, 26)
		}))
	]),
	'tall-banner': draw(112, 448, colors.sand, [
		{ color: colors.purple, inside: ring(56, 60, 32) },
		{ color: colors.yellow, inside: square(56, 160, 28) },
		...number.map((name, i) => ({
			color: colors.ink,
			inside: digit(name, 44, 224 + i * 54, 22)
		}))
	])
};

const folder = fileURLToPath(new URL('../../static/examples/', import.meta.url));
await mkdir(folder, { recursive: true });
for (const [name, bytes] of Object.entries(samples)) {
	await writeFile(`${folder}${name}.png`, bytes);
	console.log(`${name}.png, ${bytes.length} bytes`);
}
