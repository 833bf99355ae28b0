import type { GenerationConfig } from '../generation/generationConfig.js';
import type { Source } from '../sources/source.js';
import { createWeightBuffers } from '../runtime/weightBuffers.js';
import type { Tensor } from '../tensor/tensor.js';
import { projectPositions } from './causalLanguageModel.js';
import type { Gemma3Config } from './configuration.js';
import { generate, type GeneratedStep } from './generate.js';
import type { GenerateInput } from './generationOptions.js';
import type { Weights } from './weights.js';
import { LanguageHead } from './languageHead.js';
import { causalLanguageModelLoss } from './loss.js';
import { checkBatch, type Batch } from './modelInputs.js';
import { Gemma3Model, type MultimodalInput, type MultimodalOutput } from './multimodalModel.js';
import {
	createGenerationConfig,
	createRandomWeights,
	loadGenerationConfig,
	loadPretrained,
	type LoadOptions,
	type PretrainedOptions
} from './pretrained.js';
import type { Gemma3TextModel } from './textModel.js';

export interface ConditionalInput extends MultimodalInput {
	/** Which positions get logits: the last so many (0: all), or these. */
	readonly logitsToKeep?: number | readonly number[];
	/** `[batch][queries]`, -100 where nothing is to be predicted; needs all logits. */
	readonly labels?: Batch;
}

export interface ConditionalOutput extends MultimodalOutput {
	/** `[batch, kept, vocabSize]` */
	readonly logits: Tensor;
	/** Mean cross entropy in nats over the positions that are no padding, when labels were given. */
	readonly loss?: number;
}

/**
 * Gemma 3 with pictures. Ports Gemma3ForConditionalGeneration (transformers, modeling_gemma3.py),
 * which, unlike Gemma3ForCausalLM, does not apply `finalLogitSoftcapping`.
 */
export class Gemma3ForConditionalGeneration {
	private constructor(
		readonly model: Gemma3Model,
		readonly head: LanguageHead,
		/** Defaults of `generate`. */
		readonly generationConfig: GenerationConfig
	) {}

	get config(): Gemma3Config {
		return this.model.config;
	}

	/** The decoder without head or tower. */
	get textModel(): Gemma3TextModel {
		return this.model.languageModel;
	}

	/** Bytes of weights held in memory, the tower included. */
	get weightBytes(): number {
		return this.textModel.weightBytes + this.head.weightBytes + this.model.visionTower.weightBytes;
	}

	/** @throws SafetensorsError, SourceError, UnsupportedModelError (a text-only one too), or AbortError */
	static async fromPretrained(source: Source, options: PretrainedOptions) {
		const parts = { head: 'lm', vision: true } as const;
		const { config, weights } = await loadPretrained(source, parts, options);
		const generationConfig = await loadGenerationConfig(source, config, options.signal);
		return Gemma3ForConditionalGeneration.fromWeights(config, weights, {
			...options,
			generationConfig
		});
	}

	/** A model of any shape with random weights. */
	static fromConfig(config: Gemma3Config, { seed, ...options }: LoadOptions & { seed: number }) {
		const weights = createRandomWeights(config, { head: 'lm', vision: true }, seed);
		return Gemma3ForConditionalGeneration.fromWeights(config, weights, options);
	}

	static async fromWeights(config: Gemma3Config, weights: Weights, options: LoadOptions) {
		const { runtime } = options;
		const textConfig = { ...config.textConfig, finalLogitSoftcapping: null };
		const buffers = createWeightBuffers(runtime);
		const shared = { softcapping: null, buffers };
		const model = await Gemma3Model.fromWeights(config, weights, options, shared);
		const head = await LanguageHead.create(runtime, textConfig, weights, buffers);
		const { generationConfig = createGenerationConfig(config) } = options;
		return new Gemma3ForConditionalGeneration(model, head, generationConfig);
	}

	getImageFeatures(pixelValues: Tensor, signal?: AbortSignal): Promise<Tensor> {
		return this.model.getImageFeatures(pixelValues, signal);
	}

	/** @throws RangeError or TypeError if an input has the wrong shape */
	async forward(input: ConditionalInput): Promise<ConditionalOutput> {
		const { labels, attentionMask, logitsToKeep = 0 } = input;
		const output = await this.model.forward(input);
		const { lastHiddenState } = output;
		const logits = await projectPositions(this.head, lastHiddenState, logitsToKeep, input.signal);
		if (labels === undefined) return { ...output, logits };
		checkBatch('labels', labels, logits.dims[0], logits.dims[1]);
		return { ...output, logits, loss: causalLanguageModelLoss(logits, labels, attentionMask) };
	}

	/** Scaled embeddings with images spliced in, `[batch, queries, hiddenSize]`. */
	embed(input: MultimodalInput): Promise<Tensor> {
		return this.model.embed(input);
	}

	/**
	 * Generates a token at a time; what is left out is as the checkpoint's generation_config.json
	 * says. Leave the loop to stop.
	 *
	 * @throws RangeError or TypeError if an input or a setting does not fit, or AbortError
	 */
	generate(input: GenerateInput): AsyncGenerator<GeneratedStep, void, void> {
		return generate(this, input);
	}

	async dispose(): Promise<void> {
		await this.head.dispose();
		await this.model.dispose();
	}
}
