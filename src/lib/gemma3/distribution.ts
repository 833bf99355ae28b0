import { processLogits, type ProcessedLogits } from '../generation/logitsProcess.js';
import type { Tensor } from '../tensor/tensor.js';
import type { SamplingOptions } from './generationOptions.js';

/** What a token is taken from. */
export interface Distribution {
	/** `[batch, vocabSize]`, as the model gave them. */
	readonly logits: Tensor;
	readonly sampling: SamplingOptions;
	/** One row's logits after every stage, computed when asked for. */
	stages(row?: number): ProcessedLogits;
}

export function createDistribution(
	logits: Tensor,
	sampling: SamplingOptions,
	ids: readonly (readonly number[])[]
): Distribution {
	const { doSample, repetitionPenalty, ...warpers } = sampling;
	const processed: ProcessedLogits[] = [];
	const vocabSize = logits.dims[1];
	return {
		logits,
		sampling,
		stages: (row = 0) =>
			(processed[row] ??= processLogits(
				logits.data.subarray(row * vocabSize, (row + 1) * vocabSize),
				{ repetitionPenalty, inputIds: ids[row], ...(doSample ? warpers : {}) }
			))
	};
}
