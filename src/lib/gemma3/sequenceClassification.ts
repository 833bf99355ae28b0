import type { Source } from '../sources/source.js';
import { createTensor, type Tensor } from '../tensor/tensor.js';
import type { Gemma3Config } from './configuration.js';
import { classificationLoss, type ClassificationLabels } from './classificationLoss.js';
import { tensorOf, type Weights } from './weights.js';
import { Gemma3Model, type MultimodalInput, type MultimodalOutput } from './multimodalModel.js';
import {
	createRandomWeights,
	loadPretrained,
	type LoadOptions,
	type PretrainedOptions
} from './pretrained.js';
import { lastTokenOf, scoreLogits } from './scoreHead.js';
import { Gemma3TextModel } from './textModel.js';

export interface ClassificationInput extends MultimodalInput {
	readonly labels?: ClassificationLabels;
}

export interface ClassificationOutput extends MultimodalOutput {
	/** `[batch, labels]`, of the last token that is no padding. */
	readonly logits: Tensor;
	/** By the configuration's problem type, when labels were given. */
	readonly loss?: number;
}

/**
 * Gemma 3 with a classification head, for text and, where the checkpoint has a tower, pictures.
 * Ports Gemma3ForSequenceClassification and Gemma3TextForSequenceClassification (transformers,
 * modeling_gemma3.py).
 */
export class Gemma3ForSequenceClassification {
	private constructor(
		readonly model: Gemma3Model | Gemma3TextModel,
		/** `[labels, hiddenSize]` */
		readonly score: Tensor
	) {}

	get config(): Gemma3Config {
		return this.model.config;
	}

	/** @throws SafetensorsError, SourceError, UnsupportedModelError, or AbortError */
	static async fromPretrained(source: Source, options: PretrainedOptions) {
		const parts = { head: 'score', vision: 'if configured' } as const;
		const { config, weights } = await loadPretrained(source, parts, options);
		return Gemma3ForSequenceClassification.fromWeights(config, weights, options);
	}

	/** A model of any shape with random weights. */
	static fromConfig(config: Gemma3Config, { seed, ...options }: LoadOptions & { seed: number }) {
		const parts = { head: 'score', vision: config.visionConfig !== null } as const;
		const weights = createRandomWeights(config, parts, seed);
		return Gemma3ForSequenceClassification.fromWeights(config, weights, options);
	}

	static async fromWeights(config: Gemma3Config, weights: Weights, options: LoadOptions) {
		const Model = config.visionConfig === null ? Gemma3TextModel : Gemma3Model;
		const model = await Model.fromWeights(config, weights, options);
		return new Gemma3ForSequenceClassification(model, tensorOf(weights, 'score.weight'));
	}

	/** @throws RangeError or TypeError if an input or a label has the wrong shape */
	async forward(input: ClassificationInput): Promise<ClassificationOutput> {
		const output = await this.model.forward(input);
		const { padTokenId } = this.config.textConfig;
		const [batch, positions, width] = output.lastHiddenState.dims;
		const [labelCount] = this.score.dims;
		const data = new Float32Array(batch * labelCount);
		for (let row = 0; row < batch; row++) {
			const ids = input.inputIds?.[row];
			// Without ids the last, as in the reference.
			const last = ids === undefined ? positions - 1 : lastTokenOf(ids, padTokenId);
			const start = (row * positions + last) * width;
			const state = output.lastHiddenState.data.subarray(start, start + width);
			data.set(scoreLogits(this.score, state), row * labelCount);
		}
		const logits = createTensor('float32', [batch, labelCount], data);
		if (input.labels === undefined) return { ...output, logits };
		const loss = classificationLoss(logits, input.labels, this.config.problemType);
		return { ...output, logits, loss };
	}

	dispose(): Promise<void> {
		return this.model.dispose();
	}
}
