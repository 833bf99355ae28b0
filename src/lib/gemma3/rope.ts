import type { RopeParameters } from './configuration.js';

interface RopeTables {
	readonly cos: Float32Array;
	readonly sin: Float32Array;
}

/** Positions whose rows are computed at once and kept, 128 kB where heads are 256 wide: passes come back to them. */
const BLOCK = 128;

/** By head width and number of the block. */
const keptBlocks = new WeakMap<RopeParameters, Map<string, RopeTables>>();

/**
 * Cosine and sine tables of rotary position embedding, one row a position, `[rows, headDim / 2]`.
 * Ports Gemma3RotaryEmbedding (transformers, modeling_gemma3.py), whose arithmetic is float32
 * throughout: frequency, angle and result are each rounded.
 *
 * @param positions whole numbers
 */
export function ropeTables(
	parameters: RopeParameters,
	headDim: number,
	positions: readonly number[]
): RopeTables {
	const half = headDim / 2;
	const cos = new Float32Array(positions.length * half);
	const sin = new Float32Array(positions.length * half);
	positions.forEach((position, row) => {
		const number = Math.floor(position / BLOCK);
		const block = blockOf(parameters, headDim, number);
		const start = (position - number * BLOCK) * half;
		cos.set(block.cos.subarray(start, start + half), row * half);
		sin.set(block.sin.subarray(start, start + half), row * half);
	});
	return { cos, sin };
}

function blockOf(parameters: RopeParameters, headDim: number, number: number): RopeTables {
	let blocks = keptBlocks.get(parameters);
	if (blocks === undefined) keptBlocks.set(parameters, (blocks = new Map()));
	const key = `${headDim} ${number}`;
	let block = blocks.get(key);
	if (block === undefined) blocks.set(key, (block = computeBlock(parameters, headDim, number)));
	return block;
}

function computeBlock(parameters: RopeParameters, headDim: number, number: number): RopeTables {
	const half = headDim / 2;
	const cos = new Float32Array(BLOCK * half);
	const sin = new Float32Array(BLOCK * half);
	for (let i = 0; i < half; i++) {
		const exponent = Math.fround((2 * i) / headDim);
		const inverse = Math.fround(1 / Math.fround(parameters.ropeTheta ** exponent));
		const frequency =
			parameters.ropeType === 'linear' ? Math.fround(inverse / parameters.factor) : inverse;
		for (let row = 0; row < BLOCK; row++) {
			const angle = Math.fround((number * BLOCK + row) * frequency);
			cos[row * half + i] = Math.cos(angle);
			sin[row * half + i] = Math.sin(angle);
		}
	}
	return { cos, sin };
}
