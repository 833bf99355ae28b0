/**
 * As much of a WebAssembly assembler as our kernels need: each function gives the bytes of one
 * instruction after the bytes of its operands. The memory is imported as `env.memory`.
 */
export type Code = readonly number[];

const valueTypes = { i32: 0x7f, v128: 0x7b } as const;
export type ValueType = keyof typeof valueTypes;

export interface WasmFunction {
	readonly name: string;
	/** Names of the parameters, all i32. */
	readonly parameters: readonly string[];
	readonly locals: Readonly<Record<string, ValueType>>;
	readonly body: Code;
}

/** Local indices by name, the parameters first. */
export function localIndices(
	parameters: readonly string[],
	locals: Readonly<Record<string, ValueType>>
): Readonly<Record<string, number>> {
	return Object.fromEntries([...parameters, ...Object.keys(locals)].map((name, i) => [name, i]));
}

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
export const constant = (value: number): Code => [0x41, ...signed(value)];
export const addInt = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
export const subtractInt = (a: Code, b: Code): Code => [...a, ...b, 0x6b];
export const shiftInt = (a: Code, b: Code): Code => [...a, ...b, 0x74];
export const andInt = (a: Code, b: Code): Code => [...a, ...b, 0x71];
export const xorInt = (a: Code, b: Code): Code => [...a, ...b, 0x73];
/** Zeros come in from the left. */
export const shiftIntRight = (a: Code, b: Code): Code => [...a, ...b, 0x76];
/** To the right. */
export const rotateInt = (a: Code, b: Code): Code => [...a, ...b, 0x78];
export const loadInt = (address: Code, offset = 0): Code => [
	...address,
	...[0x28, 2],
	...unsigned(offset)
];
export const storeInt = (address: Code, value: Code, offset = 0): Code => [
	...address,
	...value,
	...[0x36, 2],
	...unsigned(offset)
];
export const increase = (local: number, by: Code): Code => set(local, addInt(get(local), by));

/** Runs the body, counts the local down by one, and starts again until it is 0. */
export const repeat = (counter: number, ...body: Code[]): Code => [
	...[0x03, 0x40],
	...body.flat(),
	...subtractInt(get(counter), constant(1)),
	...[0x22, ...unsigned(counter), 0x0d, 0, 0x0b]
];

const simd = (opcode: number, ...operands: Code[]): Code => [
	...operands.flat(),
	0xfd,
	...unsigned(opcode)
];
const simdMemory = (opcode: number, offset: number, ...operands: Code[]): Code => [
	...simd(opcode, ...operands),
	0,
	...unsigned(offset)
];

/** Four lanes of one float32, or of one int32. */
export const floatVector = (value: number): Code => bytesVector(Float32Array.of(value));
export const intVector = (value: number): Code => bytesVector(Int32Array.of(value));
const bytesVector = ({ buffer }: Float32Array | Int32Array): Code => {
	const bytes = [...new Uint8Array(buffer)];
	return [...simd(0x0c), ...bytes, ...bytes, ...bytes, ...bytes];
};
export const zeroVector: Code = [...simd(0x0c), ...new Array<number>(16).fill(0)];
export const loadVector = (address: Code, offset = 0): Code => simdMemory(0x00, offset, address);
export const loadHalfVector = (address: Code): Code => simdMemory(0x5d, 0, address);
export const loadSplat = (address: Code, offset = 0): Code => simdMemory(0x09, offset, address);
export const storeVector = (address: Code, value: Code, offset = 0): Code =>
	simdMemory(0x0b, offset, address, value);
export const storeFirstInt = (address: Code, value: Code): Code => [
	...simdMemory(0x5a, 0, address, value),
	0
];
/** Bytes of two vectors by number: 0 to 15 from the first, 16 to 31 from the second. */
export const shuffle = (a: Code, b: Code, bytes: readonly number[]): Code => [
	...simd(0x0d, a, b),
	...bytes
];
export const splatInt = (value: Code): Code => simd(0x11, value);
export const addInts = (a: Code, b: Code): Code => simd(0xae, a, b);
export const shiftIntsLeft = (a: Code, bits: Code): Code => simd(0xab, a, bits);
export const shiftIntsRight = (a: Code, bits: Code): Code => simd(0xac, a, bits);
/** Products of eight int16, added in pairs to four int32. */
export const dotShorts = (a: Code, b: Code): Code => simd(0xba, a, b);
export const widenLowBytes = (a: Code): Code => simd(0x89, a);
export const widenHighBytes = (a: Code): Code => simd(0x8a, a);
export const subtractInts = (a: Code, b: Code): Code => simd(0xb1, a, b);
export const leastInts = (a: Code, b: Code): Code => simd(0xb6, a, b);
export const intsNotBelow = (a: Code, b: Code): Code => simd(0x3f, a, b);
export const shiftIntsRightUnsigned = (a: Code, bits: Code): Code => simd(0xad, a, bits);
export const shiftBytesLeft = (a: Code, bits: Code): Code => simd(0x6b, a, bits);
export const and = (a: Code, b: Code): Code => simd(0x4e, a, b);
export const or = (a: Code, b: Code): Code => simd(0x50, a, b);
/** Bits of `a` where the mask is set, of `b` elsewhere. */
export const select = (a: Code, b: Code, mask: Code): Code => simd(0x52, a, b, mask);
export const narrowInts = (a: Code, b: Code): Code => simd(0x85, a, b);
export const narrowShortsToBytes = (a: Code, b: Code): Code => simd(0x66, a, b);
export const intsToFloats = (a: Code): Code => simd(0xfa, a);
/** Towards zero; what is no number becomes 0. */
export const floatsToInts = (a: Code): Code => simd(0xf8, a);
export const floatsAbove = (a: Code, b: Code): Code => simd(0x44, a, b);
export const negateFloats = (a: Code): Code => simd(0xe1, a);
export const addFloats = (a: Code, b: Code): Code => simd(0xe4, a, b);
/** No number where one of the two is none. */
export const leastFloats = (a: Code, b: Code): Code => simd(0xe8, a, b);
export const greatestFloats = (a: Code, b: Code): Code => simd(0xe9, a, b);
export const subtractFloats = (a: Code, b: Code): Code => simd(0xe5, a, b);
export const multiplyFloats = (a: Code, b: Code): Code => simd(0xe6, a, b);
export const divideFloats = (a: Code, b: Code): Code => simd(0xe7, a, b);

/** The bytes of a module that exports the functions. */
export function assemble(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
	const types = functions.map(({ parameters }) => [
		0x60,
		...vector(parameters.map(() => [valueTypes.i32])),
		0
	]);
	const bodies = functions.map(({ locals, body }) => {
		const declared = Object.values(locals).map((type) => [1, valueTypes[type]]);
		return sized([...vector(declared), ...body, 0x0b]);
	});
	return Uint8Array.from([
		...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
		...section(1, types),
		...section(2, [[...text('env'), ...text('memory'), 2, 0, 1]]),
		...section(
			3,
			functions.map((_, index) => unsigned(index))
		),
		...section(
			7,
			functions.map(({ name }, index) => [...text(name), 0, ...unsigned(index)])
		),
		...section(10, bodies)
	]);
}

const section = (id: number, items: readonly Code[]): Code => [id, ...sized(vector(items))];
const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const sized = (code: Code): Code => [...unsigned(code.length), ...code];
const text = (value: string): Code => sized([...new TextEncoder().encode(value)]);

function unsigned(value: number): number[] {
	const low = value & 0x7f;
	return value < 0x80 ? [low] : [low | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
	const low = value & 0x7f;
	const rest = value >> 7;
	const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
	return isLast ? [low] : [low | 0x80, ...signed(rest)];
}
