import { createTensor, type Tensor } from '../tensor/tensor.js';

/** Queries and keys of one image in one tower layer, `[patches, hiddenSize]` each. */
export interface VisionHeads {
	readonly query: Float32Array;
	readonly key: Float32Array;
	readonly numPatches: number;
	readonly numHeads: number;
	readonly headDim: number;
}

/**
 * Attention of one head for one query patch, `[patches]`; sums to 1. Computed from queries and keys
 * on demand, as SiglipAttention (transformers, modeling_siglip.py) does for all at once.
 */
export function visionAttentionRow(heads: VisionHeads, head: number, patch: number): Float32Array {
	const { query, key, numPatches, numHeads, headDim } = heads;
	const width = numHeads * headDim;
	const offset = head * headDim;
	const scale = headDim ** -0.5;
	const row = new Float32Array(numPatches);
	const start = patch * width + offset;
	let largest = -Infinity;
	for (let j = 0; j < numPatches; j++) {
		let sum = 0;
		const other = j * width + offset;
		for (let i = 0; i < headDim; i++) sum += query[start + i] * key[other + i];
		row[j] = sum * scale;
		if (row[j] > largest) largest = row[j];
	}
	let total = 0;
	for (let j = 0; j < numPatches; j++) total += row[j] = Math.exp(row[j] - largest);
	for (let j = 0; j < numPatches; j++) row[j] /= total;
	return row;
}

/**
 * Attention of one head between soft tokens, `[softTokens, softTokens]`: the mean over the query
 * patches that a soft token pools, the sum over the key patches, so that rows sum to 1. Holds one
 * row of patches at a time, never a whole map.
 */
export function pooledVisionAttention(
	heads: VisionHeads,
	head: number,
	numSoftTokens: number
): Float32Array {
	const { numPatches } = heads;
	const softToken = softTokenOfPatch(numPatches, numSoftTokens);
	const share = numSoftTokens / numPatches;
	const pooled = new Float32Array(numSoftTokens ** 2);
	for (let patch = 0; patch < numPatches; patch++) {
		const row = visionAttentionRow(heads, head, patch);
		const start = softToken[patch] * numSoftTokens;
		for (let j = 0; j < numPatches; j++) pooled[start + softToken[j]] += row[j] * share;
	}
	return pooled;
}

/** Which soft token each patch is pooled into, `[patches]`; both grids are square and row-major. */
export function softTokenOfPatch(numPatches: number, numSoftTokens: number): Uint32Array {
	const patchesPerSide = Math.sqrt(numPatches);
	const tokensPerSide = Math.sqrt(numSoftTokens);
	const side = patchesPerSide / tokensPerSide;
	return Uint32Array.from({ length: numPatches }, (_, patch) => {
		const y = Math.floor(Math.floor(patch / patchesPerSide) / side);
		const x = Math.floor((patch % patchesPerSide) / side);
		return y * tokensPerSide + x;
	});
}

/** Stacks one map a head: `[heads, rows, columns]`. */
export function stackHeads(maps: readonly Float32Array[], rows: number): Tensor {
	const size = maps[0].length;
	const data = new Float32Array(maps.length * size);
	maps.forEach((map, i) => data.set(map, i * size));
	return createTensor('float32', [maps.length, rows, size / rows], data);
}
