import { blockSize } from './packedMatrix.js';

/** A block that is being packed; one is used for all blocks of a matrix. */
export interface Block {
	/** 32 values, of which `length` count. */
	readonly values: Float32Array;
	length: number;
	readonly codes: Uint8Array;
	scale: number;
	zeroPoint: number;
}

export function createBlock(): Block {
	const values = new Float32Array(blockSize);
	return { values, length: blockSize, codes: new Uint8Array(blockSize), scale: 0, zeroPoint: 0 };
}

/** Codes below zero: 8 of 4 bits, 128 of 8. */
export type Half = 8 | 128;

const { fround } = Math;

/** A block whose values are all nearer to zero is one of zeros: float32 has no inverse for them. */
export const smallest = 2 ** -120;

/** By how many codes a block's range is tried narrower or wider than its largest value asks for. */
export const narrowing = { 8: [0, 0.64, -0.68, 0.3, -0.3], 128: [0, 0.4, -0.6] } as const;
/** The same for a range that need not be symmetric: the part of it that is kept. */
const shares = { 8: [1, 0.96, 0.92, 0.88, 1.03], 128: [1, 0.995] } as const;

/**
 * Chooses scale and codes of a block whose zero point is half the range.
 *
 * For given codes `q` the best scale is `Σ x·q / Σ q²`, and it leaves an error of `Σ x² - (Σ x·q)² /
 * Σ q²`. So codes are made by a few scales around the one that just holds the largest value, and
 * those that explain most of the block are kept, with their best scale.
 *
 * In float32, and summed in four lanes, as SIMD instructions do it: `packKernels.ts` must give the
 * same bits.
 *
 * @param half 8 for codes of 4 bits, 128 for 8
 * @throws RangeError if a value is no finite number
 */
export function fitSymmetric(block: Block, half: Half): void {
	const { values, length, codes } = block;
	const top = 2 * half - 1;
	const [low, high] = range(values, length);
	const largest = -low > high ? low : high;
	block.zeroPoint = half;
	block.scale = 0;
	codes.fill(half);
	if (Math.abs(largest) < smallest) return;
	let best = -1;
	let bestInverse = 0;
	for (const step of narrowing[half]) {
		// There is one code more below zero than above: the largest value goes there.
		const inverse = fround(fround(-(half + step)) / largest);
		lanes.fill(0);
		let squares = 0;
		for (let i = 0; i < length; i++) {
			const value = values[i];
			const q = toCode(value, inverse, half, top) - half;
			lanes[i & 3] += fround(value * q);
			// Whole numbers below 2^24: exact in either width.
			squares += q * q;
		}
		const cross = fround(fround(lanes[0] + lanes[2]) + fround(lanes[1] + lanes[3]));
		const explained = fround(fround(cross * cross) / squares);
		if (explained > best) {
			best = explained;
			bestInverse = inverse;
			block.scale = fround(cross / squares);
		}
	}
	for (let i = 0; i < length; i++) codes[i] = toCode(values[i], bestInverse, half, top);
}

const lanes = new Float32Array(4);

function toCode(value: number, inverse: number, half: Half, top: number): number {
	const code = fround(fround(value * inverse) + (half + 0.5)) | 0;
	return code > top ? top : code;
}

/**
 * Chooses scale, zero point and codes of a block whose values need not lie evenly around zero; see
 * `fitSymmetric`.
 *
 * @throws RangeError if a value is no finite number
 */
export function fitAffine(block: Block, half: Half): void {
	const { values, length, codes } = block;
	const top = 2 * half - 1;
	const [low, high] = range(values, length);
	block.zeroPoint = half;
	block.scale = 0;
	codes.fill(half);
	if (low === high) return;
	const zeroPoint = Math.round((-low / (high - low)) * top);
	let best = -1;
	let bestInverse = 0;
	for (const share of shares[half]) {
		const inverse = top / ((high - low) * share);
		let cross = 0;
		let squares = 0;
		for (let i = 0; i < length; i++) {
			const value = values[i];
			const code = Math.floor(value * inverse + 0.5) + zeroPoint;
			const q = (code < 0 ? 0 : code > top ? top : code) - zeroPoint;
			cross += value * q;
			squares += q * q;
		}
		const explained = (cross * cross) / squares;
		if (explained > best) {
			best = explained;
			bestInverse = inverse;
			block.scale = cross / squares;
		}
	}
	block.zeroPoint = zeroPoint;
	codes.fill(zeroPoint);
	for (let i = 0; i < length; i++) {
		const code = Math.floor(values[i] * bestInverse + 0.5) + zeroPoint;
		codes[i] = code < 0 ? 0 : code > top ? top : code;
	}
}

/** Smallest and largest value, with zero among them. */
function range(values: Float32Array, length: number): [low: number, high: number] {
	let low = 0;
	let high = 0;
	let sum = 0;
	for (let i = 0; i < length; i++) {
		const value = values[i];
		if (value < low) low = value;
		else if (value > high) high = value;
		sum += value;
	}
	// A NaN is neither smaller nor larger, but it makes the sum one.
	if (!Number.isFinite(sum)) throw new RangeError(`a weight is ${sum}, expected finite numbers`);
	return [low, high];
}
