import { logSumExp } from '../generation/logitDivergence.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Batch } from './modelInputs.js';

/** Labels with this value do not count, as in PyTorch's cross entropy. */
export const IGNORED_LABEL = -100;

/**
 * Mean cross entropy of the labelled positions: position `i` predicts label `i + 1`. NaN when no
 * position counts, as the reference has it. Ports ForCausalLMLoss (transformers, loss_utils.py).
 *
 * @param logits `[batch, positions, vocabSize]`, of every position
 * @param labels `[batch][positions]`, -100 where nothing is to be predicted
 * @param attentionMask where given, a pair counts only if the later position is no padding, as
 * Gemma3ForConditionalGeneration does
 * @throws RangeError if a label is outside the vocabulary
 */
export function causalLanguageModelLoss(
	logits: Tensor,
	labels: Batch,
	attentionMask?: Batch
): number {
	const [, positions, vocabSize] = logits.dims;
	let sum = 0;
	let count = 0;
	labels.forEach((row, batch) => {
		for (let position = 0; position < positions - 1; position++) {
			const label = row[position + 1];
			if (label === IGNORED_LABEL) continue;
			const mask = attentionMask?.[batch];
			if (mask !== undefined && mask[mask.length - positions + 1 + position] === 0) continue;
			const start = (batch * positions + position) * vocabSize;
			sum += crossEntropy(logits.data.subarray(start, start + vocabSize), label);
			count++;
		}
	});
	return sum / count;
}

/**
 * −log softmax(logits)[label], in nats.
 *
 * @throws RangeError if the label is not an index of the logits
 */
export function crossEntropy(logits: Float32Array, label: number): number {
	if (!Number.isInteger(label) || label < 0 || label >= logits.length) {
		throw new RangeError(`invalid label: ${label} of ${logits.length}`);
	}
	return logSumExp(logits) - logits[label];
}
