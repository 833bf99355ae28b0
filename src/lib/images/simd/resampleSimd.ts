import { growTo, maybeInstance } from '../../simd/instance.js';
import type { AxisWeights } from '../axisWeights.js';
import type { CropBox } from '../panAndScan.js';
import type { RgbImage } from '../rgb.js';
import {
	assembleKernels,
	lowerBits,
	pairBytes,
	parameterCount,
	type Arithmetic,
	type Kernels
} from './kernels.js';

/** Rescaling and normalising in float32: see `Arithmetic`. */
export interface FloatParameters {
	readonly factor: number;
	readonly mean: readonly number[];
	readonly std: readonly number[];
}

type Resampler = (
	image: RgbImage,
	box: CropBox,
	horizontal: AxisWeights,
	vertical: AxisWeights,
	parameters: FloatParameters,
	output: Float32Array,
	offset: number
) => void;

/** Rows of the result in a band: computed from the source rows that they read, then copied out. */
const bandRows = 16;

const cache = new Map<Arithmetic, Resampler | null>();

/** The resampler in SIMD instructions, or null where WebAssembly lacks them or is forbidden. */
export function maybeSimdResampler(arithmetic: Arithmetic): Resampler | null {
	let resampler = cache.get(arithmetic);
	if (resampler === undefined) {
		resampler = createResampler(arithmetic);
		cache.set(arithmetic, resampler);
	}
	return resampler;
}

function createResampler(arithmetic: Arithmetic): Resampler | null {
	const instance = maybeInstance<Kernels>(assembleKernels(arithmetic));
	if (instance === null) return null;
	const { kernels, memory } = instance;

	return (image, box, horizontal, vertical, parameters, output, offset) => {
		const width = horizontal.starts.length;
		const height = vertical.starts.length;
		const rowBytes = Math.ceil(width / 4) * 16;
		const planeBytes = bandRows * width * 4 + 16;
		const across = packWeights(horizontal, arithmetic);
		const down = packWeights(vertical, arithmetic);
		const bands = bandsOf(vertical);
		const mostRows = bands.reduce((most, band) => Math.max(most, band.end - band.start), 0);

		let end = 0;
		const reserve = (byteLength: number) => {
			const address = end;
			end = Math.ceil((address + byteLength) / 16) * 16;
			return address;
		};
		const parametersAt = reserve(parameterCount * 4);
		const startsAt = reserve(width * 4);
		const acrossAt = reserve(across.data.byteLength);
		const downAt = reserve(down.data.byteLength);
		// Taps that weigh nothing may lie beyond the end of the row, or below the last row.
		const sourceAt = reserve(box.width * 3 + across.pairs * 6 + 8);
		const planesAt = reserve(3 * planeBytes);
		const rowsAt = reserve((mostRows + 2 * down.pairs) * rowBytes);
		growTo(memory, end);

		const { factor, mean, std } = parameters;
		const bytes = new Uint8Array(memory.buffer);
		const floats = new Float32Array(memory.buffer);
		floats.set([factor, ...mean, ...std], parametersAt / 4);
		new Int32Array(memory.buffer, startsAt, width).set(horizontal.starts.map((x) => x * 3));
		bytes.set(across.data, acrossAt);
		bytes.set(down.data, downAt);

		let kept = 0;
		let done = 0;
		for (const { firstRow, lastRow, start, end } of bands) {
			// Rows that the band before has read too move to the front.
			if (done > start) {
				const first = rowsAt + (start - kept) * rowBytes;
				bytes.copyWithin(rowsAt, first, rowsAt + (done - kept) * rowBytes);
			}
			kept = start;
			for (let row = Math.max(done, start); row < end; row++) {
				const from = ((box.y + row) * image.width + box.x) * 3;
				bytes.set(image.data.subarray(from, from + box.width * 3), sourceAt);
				const target = rowsAt + (row - kept) * rowBytes;
				const shift = horizontal.precisionBits;
				kernels.row(sourceAt, startsAt, acrossAt, width, across.pairs, shift, target);
			}
			done = Math.max(done, end);
			for (let y = firstRow; y < lastRow; y++) {
				kernels.column(
					rowsAt + (vertical.starts[y] - kept) * rowBytes,
					rowBytes,
					downAt + y * down.pairs * pairBytes[arithmetic],
					rowBytes / 16,
					down.pairs,
					vertical.precisionBits,
					planesAt + (y - firstRow) * width * 4,
					planeBytes,
					parametersAt
				);
			}
			for (let channel = 0; channel < 3; channel++) {
				const from = (planesAt + channel * planeBytes) / 4;
				const plane = floats.subarray(from, from + (lastRow - firstRow) * width);
				output.set(plane, offset + (channel * height + firstRow) * width);
			}
		}
	};
}

/** Rows `firstRow` to `lastRow` of the result read source rows `start` to `end`. */
interface Band {
	readonly firstRow: number;
	readonly lastRow: number;
	readonly start: number;
	readonly end: number;
}

function bandsOf({ starts, counts }: AxisWeights): Band[] {
	const bands: Band[] = [];
	for (let firstRow = 0; firstRow < starts.length; firstRow += bandRows) {
		const lastRow = Math.min(starts.length, firstRow + bandRows);
		let end = 0;
		for (let y = firstRow; y < lastRow; y++) end = Math.max(end, starts[y] + counts[y]);
		bands.push({ firstRow, lastRow, start: starts[firstRow], end });
	}
	return bands;
}

/** Weights in pairs of taps, as many for every output, padded with zeros. */
function packWeights(
	{ counts, weights, stride }: AxisWeights,
	arithmetic: Arithmetic
): { readonly data: Uint8Array; readonly pairs: number } {
	const pairs = Math.ceil(counts.reduce((a, b) => Math.max(a, b), 1) / 2);
	const halves = arithmetic === 'pillow' ? 2 : 1;
	const shorts = new Int16Array(counts.length * pairs * 2 * halves);
	for (let index = 0; index < counts.length; index++) {
		for (let tap = 0; tap < counts[index]; tap++) {
			const weight = weights[index * stride + tap];
			const at = (index * pairs + (tap >> 1)) * 2 * halves + (tap & 1);
			if (arithmetic === 'pillow') {
				shorts[at] = weight & ((1 << lowerBits) - 1);
				shorts[at + 2] = weight >> lowerBits;
			} else {
				shorts[at] = weight;
			}
		}
	}
	return { data: new Uint8Array(shorts.buffer), pairs };
}
