import type { Checkpoint, CheckpointTensor } from '../safetensors/checkpoint.js';
import { SafetensorsError } from '../safetensors/safetensorsError.js';
import {
	createPackedMatrix,
	isQuantized,
	type Weight,
	type WeightDtype
} from '../tensor/packedMatrix.js';
import { packBytes, packMatrix } from '../tensor/quantize.js';
import { createTensor, elementCount, type Tensor } from '../tensor/tensor.js';
import { isFloatDtype, toFloat32 } from '../tensor/toFloat32.js';
import type { ExpectedWeights } from './expectedWeights.js';
import { toCanonicalName } from './weightNames.js';

/** Canonical name → values; only matrices are ever packed. */
export type Weights = ReadonlyMap<string, Weight>;

export interface LoadedWeights {
	/**
	 * Everything expected; and where they are there, `lm_head.weight` of a head that is said to be
	 * tied and has its own values, and `score.weight`, the classification head.
	 */
	readonly weights: Weights;
	/** The file's names of tensors that the model has no use for. */
	readonly unexpected: readonly string[];
}

const head = 'lm_head.weight';
const embedding = 'embed_tokens.weight';
const score = 'score.weight';

/** Weights as a model of some dtype keeps them. */
export function packWeights(weights: Weights, dtype: WeightDtype): Weights {
	const packed = new Map<string, Weight>();
	for (const [name, weight] of weights) {
		const kept = keptDtype(name, dtype);
		const isDone = kept === 'fp32' || weight.dtype !== 'float32';
		packed.set(name, isDone ? weight : packMatrix(weight, kept));
	}
	return packed;
}

/** @throws RangeError if the weight is packed or missing */
export function tensorOf(weights: Weights, name: string): Tensor {
	const weight = weights.get(name);
	if (weight?.dtype === 'float32') return weight;
	throw new RangeError(`weight ${name} is ${weight?.dtype ?? 'missing'}, expected float32`);
}

/**
 * How a weight is kept in a model of some dtype. Norms, biases and the few matrices that are no
 * linear layer stay float32. With 4 bits the embedding, which is the head too, has 8: its errors
 * would be those of every token.
 */
export function keptDtype(name: string, dtype: WeightDtype): WeightDtype {
	if (name === embedding || name === head) return dtype === 'q4' ? 'q8' : dtype;
	return /layers\.\d+\.(self_attn|mlp)\.(\w+_proj|fc\d)\.weight$/.test(name) ? dtype : 'fp32';
}

/**
 * Reads the expected weights of a checkpoint, whatever names its release gave them, and packs them
 * as they arrive: in memory are the result and one piece of up to 16 MiB.
 *
 * A language head beside tied embeddings is a copy of them and left out. Where its values differ,
 * transformers does not tie the two, so the head is among the weights then. A classification head
 * is small and comes along.
 *
 * @throws SafetensorsError if a weight is missing, is there under two names, or has another shape
 * or a dtype that is no float
 */
export async function loadWeights(
	checkpoint: Checkpoint,
	expected: ExpectedWeights,
	onProgress?: (loadedBytes: number, totalBytes: number) => void,
	signal?: AbortSignal,
	dtype: WeightDtype = 'fp32'
): Promise<LoadedWeights> {
	const { wanted, unexpected } = matchWeights(checkpoint, expected);
	const weights = new Map<string, Weight>();
	const names = new Map([...wanted].map(([canonical, name]) => [name, canonical]));
	for await (const piece of checkpoint.readPieces(names.keys(), onProgress, signal)) {
		const { info, firstRow, bytes } = piece;
		// Checked before the first byte was read.
		if (!isFloatDtype(info.dtype)) continue;
		const name = names.get(piece.name)!;
		const weight = weights.get(name) ?? createWeight(info.shape, keptDtype(name, dtype));
		weights.set(name, weight);
		if (weight.dtype !== 'float32') packBytes(bytes, info.dtype, weight, firstRow);
		else {
			const values = toFloat32(bytes, info.dtype);
			weight.data.set(values, firstRow * (weight.data.length / (info.shape[0] ?? 1)));
		}
	}
	dropTiedHead(weights, expected);
	return { weights, unexpected };
}

/**
 * Which tensor of the checkpoint is which weight, by canonical name; all have the right shape.
 *
 * @throws SafetensorsError if one is missing, is there twice, or does not fit
 */
export function matchWeights(checkpoint: Checkpoint, expected: ExpectedWeights) {
	const names = matchNames(checkpoint, expected);
	checkTensors(checkpoint, expected, names.wanted);
	return names;
}

function matchNames(checkpoint: Checkpoint, expected: ExpectedWeights) {
	const wanted = new Map<string, string>();
	const unexpected: string[] = [];
	// A classifier has no language head: one in the file is left alone.
	const mayHaveHead = expected.has(embedding) && !expected.has(score);
	for (const [name, info] of checkpoint.tensors) {
		const canonical = toCanonicalName(name);
		if (canonical === null) continue;
		const isSpare =
			(canonical === head && mayHaveHead) || (canonical === score && isScoreHead(info, expected));
		if (!expected.has(canonical) && !isSpare) {
			if (canonical !== head) unexpected.push(name);
			continue;
		}
		const other = wanted.get(canonical);
		if (other !== undefined) {
			throw new SafetensorsError(
				`${checkpoint.name}: tensors ${other} and ${name} are both ${canonical}, expected one of them`
			);
		}
		wanted.set(canonical, name);
	}
	return { wanted, unexpected };
}

function checkTensors(
	checkpoint: Checkpoint,
	expected: ExpectedWeights,
	wanted: ReadonlyMap<string, string>
): void {
	const missing = [...expected.keys()].filter((name) => !wanted.has(name));
	if (missing.length > 0) {
		const more = missing.length > 1 ? ` and ${missing.length - 1} more` : '';
		throw new SafetensorsError(
			`${checkpoint.name}: tensor ${missing[0]}${more} is missing; its config.json belongs to another checkpoint, or a file is not complete`
		);
	}
	for (const [canonical, name] of wanted) {
		const info = checkpoint.tensors.get(name)!;
		const shape =
			expected.get(canonical) ?? (canonical === score ? info.shape : expected.get(embedding)!);
		const where = `${checkpoint.name}, ${info.file}: tensor ${name}`;
		if (!isFloatDtype(info.dtype)) {
			throw new SafetensorsError(`${where} is ${info.dtype}, expected BF16, F16 or F32`);
		}
		if (!hasShape(info, shape)) {
			throw new SafetensorsError(
				`${where} has shape [${info.shape.join(', ')}], expected [${shape.join(', ')}] by config.json`
			);
		}
	}
}

/**
 * Whether a tensor is a head for as many labels as it has rows, which a model is not asked for but
 * may have. Its labels are for who uses it to check.
 */
export function isScoreHead(
	{ dtype, shape }: CheckpointTensor,
	expected: ExpectedWeights
): boolean {
	const hiddenSize = expected.get(embedding)?.[1];
	return isFloatDtype(dtype) && shape.length === 2 && shape[0] > 0 && shape[1] === hiddenSize;
}

function hasShape(info: CheckpointTensor, shape: readonly number[]): boolean {
	return info.shape.length === shape.length && info.shape.every((size, i) => size === shape[i]);
}

/** Leaves out a language head that is a copy of the embedding it is tied to. */
export function dropTiedHead(weights: Map<string, Weight>, expected: ExpectedWeights): void {
	if (!expected.has(head) && isEqual(weights.get(head), weights.get(embedding))) {
		weights.delete(head);
	}
}

function createWeight(shape: readonly number[], dtype: WeightDtype): Weight {
	if (dtype !== 'fp32') return createPackedMatrix(dtype, [shape[0], shape[1]]);
	return createTensor('float32', shape, new Float32Array(elementCount(shape)));
}

function isEqual(a: Weight | undefined, b: Weight | undefined): boolean {
	if (!a || !b || a.dtype !== b.dtype) return false;
	const same = (left: ArrayLike<number>, right: ArrayLike<number>) => {
		for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
		return true;
	};
	if (isQuantized(a) && isQuantized(b) && !same(a.scales, b.scales)) return false;
	return same(a.data, b.data);
}
