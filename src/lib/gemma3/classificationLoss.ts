import type { Tensor } from '../tensor/tensor.js';
import { crossEntropy, IGNORED_LABEL } from './loss.js';

/**
 * One label a row: an index, or the target of a regression with one score. Or a row of targets:
 * 0 or 1 for each label, or the targets of a regression with several scores.
 */
export type ClassificationLabels = readonly number[] | readonly (readonly number[])[];

/**
 * Ports ForSequenceClassificationLoss (transformers, loss_utils.py): without a problem type, one
 * score is a regression (mean squared error), an index a row a single label (cross entropy), and
 * a row of targets several labels (binary cross entropy), each as a mean.
 *
 * @param logits `[batch, labels]`
 * @throws RangeError if the labels do not fit the logits or the problem type
 */
export function classificationLoss(
	logits: Tensor,
	labels: ClassificationLabels,
	problemType: string | null
): number {
	const [batch, labelCount] = logits.dims;
	if (labels.length !== batch) {
		throw new RangeError(`labels must be ${batch} rows, got ${labels.length}`);
	}
	const kind = problemType ?? inferProblemType(labels, labelCount);
	if (kind === 'single_label_classification') {
		return meanCrossEntropy(logits, labels);
	}
	const targets = labels.flat();
	if (targets.length !== batch * labelCount) {
		throw new RangeError(
			`labels of a ${kind} must be ${batch} × ${labelCount} numbers, got ${targets.length}`
		);
	}
	const term = kind === 'regression' ? squaredError : binaryCrossEntropy;
	const sum = targets.reduce((total, target, i) => total + term(logits.data[i], target), 0);
	return sum / targets.length;
}

function inferProblemType(labels: ClassificationLabels, labelCount: number): string {
	if (labelCount === 1) return 'regression';
	const isIndex = labels.every((label) => typeof label === 'number');
	return isIndex ? 'single_label_classification' : 'multi_label_classification';
}

function meanCrossEntropy({ dims, data }: Tensor, labels: ClassificationLabels): number {
	let sum = 0;
	let count = 0;
	labels.forEach((label, row) => {
		if (typeof label !== 'number') {
			throw new RangeError('labels of a single_label_classification must be one index a row');
		}
		if (label === IGNORED_LABEL) return;
		sum += crossEntropy(data.subarray(row * dims[1], (row + 1) * dims[1]), label);
		count++;
	});
	return sum / count;
}

function squaredError(logit: number, target: number): number {
	return (logit - target) ** 2;
}

/** −[t log σ(x) + (1 − t) log(1 − σ(x))], without overflow. */
function binaryCrossEntropy(logit: number, target: number): number {
	return Math.max(logit, 0) - logit * target + Math.log1p(Math.exp(-Math.abs(logit)));
}
