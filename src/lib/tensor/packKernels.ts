import * as asm from '../simd/assembler.js';
import type { Code } from '../simd/assembler.js';
import { blockSize } from './packedMatrix.js';
import { narrowing, smallest, type Half } from './quantizeBlock.js';

/** What weights are packed from. */
export type KernelSource = 'BF16' | 'F32';

/** Addresses are in bytes; blocks are of 32 values. */
export interface PackKernels {
	/** Codes of 8 or 4 bits and one float32 scale a block. */
	q8(source: number, blocks: number, codes: number, scales: number, problem: number): void;
	q4(source: number, blocks: number, codes: number, scales: number, problem: number): void;
	/** float16, 32 a block. */
	fp16(source: number, blocks: number, target: number, problem: number): void;
}

/** Vectors of four values in a block. */
const vectors = blockSize / 4;
const { get, set, constant, increase } = asm;

/** The bytes of a WebAssembly module with the kernels for one kind of source. */
export function assemblePackKernels(source: KernelSource): Uint8Array<ArrayBuffer> {
	return asm.assemble([quantizer('q8', 128, source), quantizer('q4', 8, source), halver(source)]);
}

const sequence = <T>(count: number, item: (i: number) => T): T[] =>
	Array.from({ length: count }, (_, i) => item(i));

/** Loads a block into eight locals and moves on to the next one. */
function loadBlock(source: KernelSource, at: number, values: readonly number[]): Code {
	if (source === 'F32') {
		return [
			...values.flatMap((local, i) => set(local, asm.loadVector(get(at), i * 16))),
			...increase(at, constant(blockSize * 4))
		];
	}
	// A bfloat16 is the upper half of a float32.
	const widen = (from: number) =>
		sequence(16, (byte) => (byte % 4 < 2 ? 16 : from + (byte >> 2) * 2 + (byte % 2)));
	const load = (i: number) =>
		asm.shuffle(asm.loadVector(get(at), (i >> 1) * 16), asm.zeroVector, widen(i % 2 === 0 ? 0 : 8));
	return [
		...values.flatMap((local, i) => set(local, load(i))),
		...increase(at, constant(blockSize * 2))
	];
}

/** `fitSymmetric`, operation by operation. */
function quantizer(name: 'q8' | 'q4', half: Half, source: KernelSource): asm.WasmFunction {
	const parameters = ['source', 'blocks', 'codes', 'scales', 'problem'];
	const locals: Record<string, asm.ValueType> = {
		...Object.fromEntries(sequence(vectors, (i) => [`value${i}`, 'v128'] as const)),
		...{ low: 'v128', high: 'v128', largest: 'v128', isLarge: 'v128', bad: 'v128' },
		...{ inverse: 'v128', code: 'v128', float: 'v128', cross: 'v128', squares: 'v128' },
		...{ explained: 'v128', isBetter: 'v128', best: 'v128', bestInverse: 'v128', scale: 'v128' }
	};
	const l = asm.localIndices(parameters, locals);
	const values = sequence(vectors, (i) => l[`value${i}`]);
	const rotate = (local: number, by: number) => {
		const bytes = sequence(16, (byte) => (byte + by * 4) % 16);
		return asm.shuffle(get(local), get(local), bytes);
	};
	/** Joins the four lanes, so that each holds the result. */
	const across = (local: number, join: (a: Code, b: Code) => Code): Code => [
		...set(local, join(get(local), rotate(local, 2))),
		...set(local, join(get(local), rotate(local, 1)))
	];
	const toCode = (value: number, inverse: number): Code => {
		const scaled = asm.multiplyFloats(get(value), get(inverse));
		const shifted = asm.addFloats(scaled, asm.floatVector(half + 0.5));
		return asm.leastInts(asm.floatsToInts(shifted), asm.intVector(2 * half - 1));
	};
	const addValue = (value: number): Code => [
		...set(l.code, asm.subtractInts(toCode(value, l.inverse), asm.intVector(half))),
		...set(l.float, asm.intsToFloats(get(l.code))),
		...set(l.cross, asm.addFloats(get(l.cross), asm.multiplyFloats(get(value), get(l.float)))),
		...set(l.squares, asm.addFloats(get(l.squares), asm.multiplyFloats(get(l.float), get(l.float))))
	];
	const tryStep = (step: number): Code => [
		...set(l.inverse, asm.divideFloats(asm.floatVector(-(half + step)), get(l.largest))),
		...set(l.inverse, asm.and(get(l.inverse), get(l.isLarge))),
		...set(l.cross, asm.zeroVector),
		...set(l.squares, asm.zeroVector),
		...values.flatMap(addValue),
		...across(l.cross, asm.addFloats),
		...across(l.squares, asm.addFloats),
		...set(
			l.explained,
			asm.divideFloats(asm.multiplyFloats(get(l.cross), get(l.cross)), get(l.squares))
		),
		...set(l.isBetter, asm.floatsAbove(get(l.explained), get(l.best))),
		...keepBetter(l.best, get(l.explained)),
		...keepBetter(l.bestInverse, get(l.inverse)),
		...keepBetter(l.scale, asm.divideFloats(get(l.cross), get(l.squares)))
	];
	const keepBetter = (local: number, value: Code): Code =>
		set(local, asm.select(value, get(local), get(l.isBetter)));
	const codes = (first: number) => toCode(values[first], l.bestInverse);
	const bytes = (first: number) =>
		asm.narrowShortsToBytes(
			asm.narrowInts(codes(first), codes(first + 1)),
			asm.narrowInts(codes(first + 2), codes(first + 3))
		);
	const body = [
		...asm.repeat(
			l.blocks,
			loadBlock(source, l.source, values),
			set(l.low, asm.zeroVector),
			set(l.high, asm.zeroVector),
			values.flatMap((value) => [
				...set(l.low, asm.leastFloats(get(l.low), get(value))),
				...set(l.high, asm.greatestFloats(get(l.high), get(value)))
			]),
			across(l.low, asm.leastFloats),
			across(l.high, asm.greatestFloats),
			set(
				l.largest,
				asm.select(
					get(l.low),
					get(l.high),
					asm.floatsAbove(asm.negateFloats(get(l.low)), get(l.high))
				)
			),
			set(l.bad, asm.or(get(l.bad), isNotBelow(get(l.largest), infinity))),
			set(l.isLarge, isNotBelow(get(l.largest), bitsOf(smallest))),
			set(l.best, asm.floatVector(-1)),
			set(l.bestInverse, asm.zeroVector),
			set(l.scale, asm.zeroVector),
			narrowing[half].flatMap(tryStep),
			asm.storeFirstInt(get(l.scales), get(l.scale)),
			increase(l.scales, constant(4)),
			set(l.low, bytes(0)),
			set(l.high, bytes(4)),
			name === 'q8' ? storeBytes(l) : storeNibbles(l)
		),
		...asm.storeVector(get(l.problem), get(l.bad))
	];
	return { name, parameters, locals, body };
}

function storeBytes(l: Readonly<Record<string, number>>): Code {
	return [
		...asm.storeVector(get(l.codes), get(l.low)),
		...asm.storeVector(get(l.codes), get(l.high), 16),
		...increase(l.codes, constant(32))
	];
}

/** Two codes a byte, the first in the lower half. */
function storeNibbles(l: Readonly<Record<string, number>>): Code {
	const every = (first: number) =>
		asm.shuffle(
			get(l.low),
			get(l.high),
			sequence(16, (i) => i * 2 + first)
		);
	const joined = asm.or(every(0), asm.shiftBytesLeft(every(1), constant(4)));
	return [...asm.storeVector(get(l.codes), joined), ...increase(l.codes, constant(16))];
}

const bitsOf = (value: number) => new Int32Array(Float32Array.of(value).buffer)[0];
const infinity = bitsOf(Infinity);
const magnitude = (value: Code) => asm.and(value, asm.intVector(0x7fffffff));
/** Lanes whose magnitude is at least the float with these bits, or no number. */
const isNotBelow = (value: Code, bits: number) =>
	asm.intsNotBelow(magnitude(value), asm.intVector(bits));

/** `toFloat16`, four values at a time. */
function halver(source: KernelSource): asm.WasmFunction {
	const parameters = ['source', 'blocks', 'target', 'problem'];
	const locals: Record<string, asm.ValueType> = {
		...Object.fromEntries(sequence(vectors, (i) => [`value${i}`, 'v128'] as const)),
		...{ size: 'v128', normal: 'v128', small: 'v128', bad: 'v128' }
	};
	const l = asm.localIndices(parameters, locals);
	const values = sequence(vectors, (i) => l[`value${i}`]);
	const half = asm.floatVector(0.5);
	const convert = (value: number): Code => [
		...set(l.bad, asm.or(get(l.bad), isNotBelow(get(value), 0x477ff000))),
		...set(l.size, magnitude(get(value))),
		// To nearest, ties to even, by adding just under half of the last kept bit, and that bit.
		...set(
			l.normal,
			asm.shiftIntsRightUnsigned(
				asm.subtractInts(
					asm.addInts(
						asm.addInts(get(l.size), asm.intVector(0xfff)),
						asm.and(asm.shiftIntsRightUnsigned(get(l.size), constant(13)), asm.intVector(1))
					),
					asm.intVector(0x38000000)
				),
				constant(13)
			)
		),
		// Below 2^-14: added to a half, whose last bit is 2^-24, the hardware rounds.
		...set(l.small, asm.subtractInts(asm.addFloats(get(l.size), half), half)),
		...set(
			l.size,
			asm.select(
				get(l.normal),
				get(l.small),
				asm.intsNotBelow(get(l.size), asm.intVector(0x38800000))
			)
		),
		...set(
			value,
			asm.or(
				get(l.size),
				asm.and(asm.shiftIntsRightUnsigned(get(value), constant(16)), asm.intVector(0x8000))
			)
		)
	];
	const lower = sequence(16, (byte) => (byte >> 1) * 4 + (byte % 2));
	const body = [
		...asm.repeat(
			l.blocks,
			loadBlock(source, l.source, values),
			values.flatMap(convert),
			sequence(vectors / 2, (i) =>
				asm.storeVector(
					get(l.target),
					asm.shuffle(get(values[2 * i]), get(values[2 * i + 1]), lower),
					i * 16
				)
			).flat(),
			increase(l.target, constant(blockSize * 2))
		),
		...asm.storeVector(get(l.problem), get(l.bad))
	];
	return { name: 'fp16', parameters, locals, body };
}
