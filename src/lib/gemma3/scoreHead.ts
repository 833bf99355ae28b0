import { probabilities } from '../generation/softmax.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Gemma3Config } from './configuration.js';

/** What turns the logits of a classification head into scores. */
export type ScoreFunction = 'softmax' | 'sigmoid' | 'none';

/**
 * The position that a classification head reads: the rightmost token that is no padding, wherever
 * the padding is; of padding alone the first, as in the reference.
 */
export function lastTokenOf(ids: readonly number[], padTokenId: number): number {
	return Math.max(
		0,
		ids.findLastIndex((id) => id !== padTokenId)
	);
}

/**
 * `score · state`, one logit a label.
 *
 * @param score `[labels, hiddenSize]`
 * @param state of one position, after the final norm, `[hiddenSize]`
 */
export function scoreLogits({ dims: [labels, width], data }: Tensor, state: Float32Array) {
	return Float32Array.from({ length: labels }, (_, label) => {
		let sum = 0;
		for (let i = 0; i < width; i++) sum += data[label * width + i] * state[i];
		return sum;
	});
}

/**
 * Which function a checkpoint's scores go through: none for a regression, sigmoid for one label or
 * independent ones, else softmax. Ports TextClassificationPipeline (transformers).
 */
export function scoreFunctionOf(
	{ problemType }: Pick<Gemma3Config, 'problemType'>,
	labelCount: number
): ScoreFunction {
	if (problemType === 'regression') return 'none';
	const isIndependent = problemType === 'multi_label_classification' || labelCount === 1;
	return isIndependent ? 'sigmoid' : 'softmax';
}

export function applyScoreFunction(logits: Float32Array, name: ScoreFunction): Float32Array {
	if (name === 'softmax') return probabilities(logits);
	if (name === 'sigmoid') return logits.map((logit) => 1 / (1 + Math.exp(-logit)));
	return logits;
}

/** The name of a label; `LABEL_2` for one that the configuration does not name, as in the reference. */
export function labelOf({ id2label }: Pick<Gemma3Config, 'id2label'>, index: number): string {
	return id2label[index] ?? `LABEL_${index}`;
}
