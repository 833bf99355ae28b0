import type { Checkpoint, CheckpointTensor } from '../safetensors/checkpoint.js';
import { SafetensorsError } from '../safetensors/safetensorsError.js';
import { createTensor, type Tensor } from '../tensor/tensor.js';
import { isFloatDtype, toFloat32 } from '../tensor/toFloat32.js';
import type { ExpectedWeights } from './expectedWeights.js';
import { toCanonicalName } from './weightNames.js';

export { expectedWeights } from './expectedWeights.js';
export { randomWeights } from './randomWeights.js';

/** Canonical name → values. */
export type Weights = ReadonlyMap<string, Tensor>;

export interface LoadedWeights {
	/** Everything expected; and `lm_head.weight` where a head said to be tied has its own values. */
	readonly weights: Weights;
	/** The file's names of tensors that the model has no use for. */
	readonly unexpected: readonly string[];
}

const head = 'lm_head.weight';
const embedding = 'embed_tokens.weight';

/**
 * Reads the expected weights of a checkpoint, whatever names its release gave them, as float32.
 *
 * A language head beside tied embeddings is a copy of them and left out. Where its values differ,
 * transformers does not tie the two, so the head is among the weights then.
 *
 * @throws SafetensorsError if a weight is missing, is there under two names, or has another shape
 * or a dtype that is no float
 */
export async function loadWeights(
	checkpoint: Checkpoint,
	expected: ExpectedWeights,
	onProgress?: (loadedBytes: number, totalBytes: number) => void,
	signal?: AbortSignal
): Promise<LoadedWeights> {
	const { wanted, unexpected } = matchNames(checkpoint, expected);
	checkTensors(checkpoint, expected, wanted);
	const weights = new Map<string, Tensor>();
	const names = new Map([...wanted].map(([canonical, name]) => [name, canonical]));
	for await (const { name, info, bytes } of checkpoint.readAll(names.keys(), onProgress, signal)) {
		// Checked before the first byte was read.
		if (!isFloatDtype(info.dtype)) continue;
		const data = toFloat32(bytes, info.dtype);
		weights.set(names.get(name)!, createTensor('float32', info.shape, data));
	}
	if (!expected.has(head) && isEqual(weights.get(head), weights.get(embedding))) {
		weights.delete(head);
	}
	return { weights, unexpected };
}

/** Which tensor of the file is which weight, by canonical name. */
function matchNames(checkpoint: Checkpoint, expected: ExpectedWeights) {
	const wanted = new Map<string, string>();
	const unexpected: string[] = [];
	// A classifier has no language head: one in the file is left alone.
	const mayHaveHead = expected.has(embedding) && !expected.has('score.weight');
	for (const name of checkpoint.tensors.keys()) {
		const canonical = toCanonicalName(name);
		if (canonical === null) continue;
		if (!expected.has(canonical) && !(canonical === head && mayHaveHead)) {
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
		const shape = expected.get(canonical) ?? expected.get(embedding)!;
		const info = checkpoint.tensors.get(name)!;
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

function hasShape(info: CheckpointTensor, shape: readonly number[]): boolean {
	return info.shape.length === shape.length && info.shape.every((size, i) => size === shape[i]);
}

function isEqual(a: Tensor | undefined, b: Tensor | undefined): boolean {
	return !!a && !!b && a.data.every((value, i) => value === b.data[i]);
}
