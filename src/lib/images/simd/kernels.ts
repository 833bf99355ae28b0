import * as asm from '../../simd/assembler.js';
import type { Code } from '../../simd/assembler.js';

/**
 * How weights and values are computed. `pillow`: 22-bit weights, split in two so that each half fits
 * an int16, and `(value / factor - mean) / std`. `torch`: 15-bit weights, `(value * factor - mean) / std`.
 */
export type Arithmetic = 'pillow' | 'torch';

/** Bits of the lower half of a weight in `pillow` arithmetic. */
export const lowerBits = 11;

/** Bytes of the weights of two taps: two int16, and in `pillow` arithmetic two more, upper halves. */
export const pairBytes: Readonly<Record<Arithmetic, number>> = { pillow: 8, torch: 4 };

/** What the float parameters of `column` are, each a float32, in this order. */
export const parameterCount = 7;

/** Pixels between the passes are four bytes: red, green, blue and nothing. Addresses are in bytes. */
export interface Kernels {
	/** One row of the first pass; `starts` holds byte offsets of the first tap in the source row. */
	row(
		source: number,
		starts: number,
		weights: number,
		width: number,
		pairs: number,
		shift: number,
		target: number
	): void;
	/** One row of the second pass, four pixels at a time, into three planes of float32. */
	column(
		rows: number,
		rowBytes: number,
		weights: number,
		groups: number,
		pairs: number,
		shift: number,
		target: number,
		planeBytes: number,
		parameters: number
	): void;
}

/** The bytes of a WebAssembly module with both kernels. It imports `env.memory`. */
export function assembleKernels(arithmetic: Arithmetic): Uint8Array<ArrayBuffer> {
	return asm.assemble([rowKernel(arithmetic), columnKernel(arithmetic)]);
}

const { get, set, constant, increase } = asm;
const half = (shift: Code) =>
	asm.splatInt(asm.shiftInt(constant(1), asm.subtractInt(shift, constant(1))));

/** `sum += dot(pixels, weights)`, and with the upper halves into `upper` where there are any. */
function accumulate(
	arithmetic: Arithmetic,
	sum: number,
	upper: number,
	pixels: Code,
	weights: Code
): Code {
	const add = (local: number, offset: number) =>
		set(local, asm.addInts(get(local), asm.dotShorts(pixels, asm.loadSplat(weights, offset))));
	return arithmetic === 'pillow' ? [...add(sum, 0), ...add(upper, 4)] : add(sum, 0);
}

function finishSum(arithmetic: Arithmetic, sum: number, upper: number, shift: Code): Code {
	const whole =
		arithmetic === 'pillow'
			? asm.addInts(get(sum), asm.shiftIntsLeft(get(upper), constant(lowerBits)))
			: get(sum);
	return asm.shiftIntsRight(whole, shift);
}

function rowKernel(arithmetic: Arithmetic): asm.WasmFunction {
	const parameters = ['source', 'starts', 'weights', 'width', 'pairs', 'shift', 'target'];
	const locals = { at: 'i32', left: 'i32', sum: 'v128', upper: 'v128', pixels: 'v128' } as const;
	const l = asm.localIndices(parameters, locals);
	// Two pixels of three bytes, side by side as int16: red red, green green, blue blue.
	const pairUp = [0, 16, 3, 16, 1, 16, 4, 16, 2, 16, 5, 16, 16, 16, 16, 16];
	const body = asm.repeat(
		l.width,
		set(l.at, asm.addInt(get(l.source), asm.loadInt(get(l.starts)))),
		set(l.left, get(l.pairs)),
		set(l.sum, half(get(l.shift))),
		set(l.upper, asm.zeroVector),
		asm.repeat(
			l.left,
			set(l.pixels, asm.shuffle(asm.loadHalfVector(get(l.at)), asm.zeroVector, pairUp)),
			accumulate(arithmetic, l.sum, l.upper, get(l.pixels), get(l.weights)),
			increase(l.weights, constant(pairBytes[arithmetic])),
			increase(l.at, constant(6))
		),
		set(l.sum, finishSum(arithmetic, l.sum, l.upper, get(l.shift))),
		set(l.sum, asm.narrowInts(get(l.sum), get(l.sum))),
		asm.storeFirstInt(get(l.target), asm.narrowShortsToBytes(get(l.sum), get(l.sum))),
		increase(l.starts, constant(4)),
		increase(l.target, constant(4))
	);
	return { name: 'row', parameters, locals, body };
}

function columnKernel(arithmetic: Arithmetic): asm.WasmFunction {
	const parameters = [
		...['rows', 'rowBytes', 'weights', 'groups', 'pairs', 'shift', 'target', 'planeBytes'],
		'parameters'
	];
	const locals: Record<string, asm.ValueType> = {
		...{ at: 'i32', weight: 'i32', left: 'i32', a: 'v128', b: 'v128', pixels: 'v128' },
		...{ sum0: 'v128', sum1: 'v128', sum2: 'v128', sum3: 'v128' },
		...{ upper0: 'v128', upper1: 'v128', upper2: 'v128', upper3: 'v128' }
	};
	const l = asm.localIndices(parameters, locals);
	const sums = [l.sum0, l.sum1, l.sum2, l.sum3];
	const uppers = [l.upper0, l.upper1, l.upper2, l.upper3];
	const interleave = (from: number) =>
		Array.from({ length: 16 }, (_, i) => (i % 2) * 16 + from + (i >> 1));
	const addPixel = (index: number): Code => [
		...set(
			l.pixels,
			(index % 2 === 0 ? asm.widenLowBytes : asm.widenHighBytes)(
				asm.shuffle(get(l.a), get(l.b), interleave(index < 2 ? 0 : 8))
			)
		),
		...accumulate(arithmetic, sums[index], uppers[index], get(l.pixels), get(l.weight))
	];
	const finish = (index: number) => finishSum(arithmetic, sums[index], uppers[index], get(l.shift));
	const body = asm.repeat(
		l.groups,
		set(l.at, get(l.rows)),
		set(l.weight, get(l.weights)),
		set(l.left, get(l.pairs)),
		...sums.map((sum) => set(sum, half(get(l.shift)))),
		...uppers.map((upper) => set(upper, asm.zeroVector)),
		asm.repeat(
			l.left,
			set(l.a, asm.loadVector(get(l.at))),
			set(l.b, asm.loadVector(asm.addInt(get(l.at), get(l.rowBytes)))),
			...[0, 1, 2, 3].map(addPixel),
			increase(l.at, asm.addInt(get(l.rowBytes), get(l.rowBytes))),
			increase(l.weight, constant(pairBytes[arithmetic]))
		),
		set(
			l.pixels,
			asm.narrowShortsToBytes(
				asm.narrowInts(finish(0), finish(1)),
				asm.narrowInts(finish(2), finish(3))
			)
		),
		set(l.at, get(l.target)),
		...[0, 1, 2].map((channel): Code => [
			...asm.storeVector(get(l.at), toFloats(arithmetic, channel, l.pixels, l.parameters)),
			...increase(l.at, get(l.planeBytes))
		]),
		increase(l.rows, constant(16)),
		increase(l.target, constant(16))
	);
	return { name: 'column', parameters, locals, body };
}

/** One channel of four pixels, rescaled and normalised. Parameters: factor, three means, three stds. */
function toFloats(
	arithmetic: Arithmetic,
	channel: number,
	pixels: number,
	parameters: number
): Code {
	const bytes = [0, 4, 8, 12].flatMap((first) => [first + channel, 16, 16, 16]);
	const values = asm.intsToFloats(asm.shuffle(get(pixels), asm.zeroVector, bytes));
	const rescale = arithmetic === 'pillow' ? asm.divideFloats : asm.multiplyFloats;
	const parameter = (index: number) => asm.loadSplat(get(parameters), index * 4);
	const centred = asm.subtractFloats(rescale(values, parameter(0)), parameter(1 + channel));
	return asm.divideFloats(centred, parameter(4 + channel));
}
