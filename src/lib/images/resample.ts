import type { AxisWeights } from './axisWeights.js';
import type { CropBox } from './panAndScan.js';
import type { RgbImage } from './rgb.js';

/** Sums of Pillow's filters lie between -640 and 639 before they are clipped to 8 bits. */
const overshoot = 640;
const tableLength = 2 * overshoot;

/**
 * What becomes of each sum: clipped to 8 bits, then made a float32. Three tables of 1280 values, for
 * red, green and blue, from sum -640 on.
 *
 * @param toFloat gets 0 to 255, and rounds to float32 wherever the reference does
 */
export function createValueTables(
	toFloat: (value: number, channel: number) => number
): Float32Array {
	return Float32Array.from({ length: 3 * tableLength }, (_, index) => {
		const sum = (index % tableLength) - overshoot;
		return toFloat(Math.min(255, Math.max(0, sum)), Math.floor(index / tableLength));
	});
}

/**
 * Resamples a box of a picture as Pillow does: along rows, rounded to 8 bits, then along columns,
 * rounded to 8 bits; only the rows that the second pass reads. The result goes through the tables.
 *
 * @param output receives `[3, height, width]` at `offset`
 */
export function resample(
	image: RgbImage,
	box: CropBox,
	horizontal: AxisWeights,
	vertical: AxisWeights,
	tables: Float32Array,
	output: Float32Array,
	offset: number
): void {
	const width = horizontal.starts.length;
	const height = vertical.starts.length;
	const firstRow = vertical.starts[0];
	const rowCount = vertical.starts[height - 1] + vertical.counts[height - 1] - firstRow;
	const rows = new Uint8Array(rowCount * width * 3);
	const pairs = maybePairs(horizontal);
	for (let row = 0; row < rowCount; row++) {
		const from = ((box.y + firstRow + row) * image.width + box.x) * 3;
		const to = row * width * 3;
		if (pairs === null) resampleRow(image.data, from, horizontal, rows, to);
		else resampleRowOfPairs(image.data, from, pairs, horizontal.precisionBits, rows, to);
	}
	resampleColumns(rows, width, firstRow, vertical, tables, output, offset);
}

function clip(value: number): number {
	return value < 0 ? 0 : value > 255 ? 255 : value;
}

function resampleRow(
	source: Uint8Array,
	from: number,
	{ starts, counts, weights, stride, precisionBits }: AxisWeights,
	rows: Uint8Array,
	to: number
): void {
	const half = 1 << (precisionBits - 1);
	for (let x = 0; x < starts.length; x++) {
		let red = half;
		let green = half;
		let blue = half;
		let position = (from + starts[x] * 3) | 0;
		const first = x * stride;
		const last = first + counts[x];
		for (let tap = first; tap < last; tap++) {
			const weight = weights[tap];
			red = (red + Math.imul(source[position], weight)) | 0;
			green = (green + Math.imul(source[position + 1], weight)) | 0;
			blue = (blue + Math.imul(source[position + 2], weight)) | 0;
			position = (position + 3) | 0;
		}
		rows[to] = clip(red >> precisionBits);
		rows[to + 1] = clip(green >> precisionBits);
		rows[to + 2] = clip(blue >> precisionBits);
		to += 3;
	}
}

/**
 * Two taps at most, as where a picture grows: left and right position (in values, not pixels), left
 * and right weight of each output, in one array. Null where there are more, or where a weight is
 * negative (Lanczos over a picture of two pixels) and there would be something to clip.
 */
function maybePairs({ starts, counts, weights, stride }: AxisWeights): Int32Array | null {
	const isPairs = counts.every((count) => count <= 2) && weights.every((weight) => weight >= 0);
	if (!isPairs) return null;
	const pairs = new Int32Array(starts.length * 4);
	for (let x = 0; x < starts.length; x++) {
		const hasTwo = counts[x] === 2;
		pairs[x * 4] = starts[x] * 3;
		pairs[x * 4 + 1] = (starts[x] + (hasTwo ? 1 : 0)) * 3;
		pairs[x * 4 + 2] = weights[x * stride];
		pairs[x * 4 + 3] = hasTwo ? weights[x * stride + 1] : 0;
	}
	return pairs;
}

function resampleRowOfPairs(
	source: Uint8Array,
	from: number,
	pairs: Int32Array,
	precisionBits: number,
	rows: Uint8Array,
	to: number
): void {
	const half = 1 << (precisionBits - 1);
	for (let pair = 0; pair < pairs.length; pair += 4) {
		const left = (from + pairs[pair]) | 0;
		const right = (from + pairs[pair + 1]) | 0;
		const a = pairs[pair + 2];
		const b = pairs[pair + 3];
		const red = half + Math.imul(source[left], a) + Math.imul(source[right], b);
		const green = half + Math.imul(source[left + 1], a) + Math.imul(source[right + 1], b);
		const blue = half + Math.imul(source[left + 2], a) + Math.imul(source[right + 2], b);
		rows[to] = red >> precisionBits;
		rows[to + 1] = green >> precisionBits;
		rows[to + 2] = blue >> precisionBits;
		to = (to + 3) | 0;
	}
}

function resampleColumns(
	rows: Uint8Array,
	width: number,
	firstRow: number,
	{ starts, counts, weights, stride, precisionBits }: AxisWeights,
	tables: Float32Array,
	output: Float32Array,
	offset: number
): void {
	const rowLength = 3 * width;
	const plane = width * starts.length;
	const sums = new Int32Array(rowLength);
	for (let y = 0; y < starts.length; y++) {
		const tap = y * stride;
		const count = counts[y];
		const to = offset + y * width;
		const from = (starts[y] - firstRow) * rowLength;
		// An odd last row is paired with itself, weighing nothing.
		const next = (index: number) => (index + 1 < count ? rowLength : 0);
		const nextWeight = (index: number) => (index + 1 < count ? weights[tap + index + 1] : 0);
		if (count <= 2) {
			const lower = from + next(0);
			const a = weights[tap];
			writePair(
				rows,
				from,
				lower,
				width,
				a,
				nextWeight(0),
				precisionBits,
				tables,
				output,
				to,
				plane
			);
			continue;
		}
		sums.fill(1 << (precisionBits - 1));
		for (let index = 0; index < count; index += 2) {
			const upper = from + index * rowLength;
			addRows(rows, upper, upper + next(index), weights[tap + index], nextWeight(index), sums);
		}
		writeSums(sums, precisionBits, tables, output, to, plane);
	}
}

function addRows(
	rows: Uint8Array,
	upper: number,
	lower: number,
	a: number,
	b: number,
	sums: Int32Array
): void {
	for (let x = 0; x < sums.length; x++) {
		sums[x] += Math.imul(rows[upper + x], a) + Math.imul(rows[lower + x], b);
	}
}

function writeSums(
	sums: Int32Array,
	precisionBits: number,
	tables: Float32Array,
	output: Float32Array,
	to: number,
	plane: number
): void {
	for (let x = 0; x < sums.length; x += 3) {
		output[to] = tables[overshoot + (sums[x] >> precisionBits)];
		output[to + plane] = tables[tableLength + overshoot + (sums[x + 1] >> precisionBits)];
		output[to + 2 * plane] = tables[2 * tableLength + overshoot + (sums[x + 2] >> precisionBits)];
		to = (to + 1) | 0;
	}
}

/** A row that reads two rows, or one: the sums never leave the registers. */
function writePair(
	rows: Uint8Array,
	upper: number,
	lower: number,
	width: number,
	a: number,
	b: number,
	precisionBits: number,
	tables: Float32Array,
	output: Float32Array,
	to: number,
	plane: number
): void {
	const half = 1 << (precisionBits - 1);
	for (let x = 0; x < width; x++) {
		const red = half + Math.imul(rows[upper], a) + Math.imul(rows[lower], b);
		const green = half + Math.imul(rows[upper + 1], a) + Math.imul(rows[lower + 1], b);
		const blue = half + Math.imul(rows[upper + 2], a) + Math.imul(rows[lower + 2], b);
		output[to] = tables[overshoot + (red >> precisionBits)];
		output[to + plane] = tables[tableLength + overshoot + (green >> precisionBits)];
		output[to + 2 * plane] = tables[2 * tableLength + overshoot + (blue >> precisionBits)];
		upper = (upper + 3) | 0;
		lower = (lower + 3) | 0;
		to = (to + 1) | 0;
	}
}
