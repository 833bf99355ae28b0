import type { GenerationConfig } from '../generation/generationConfig.js';
import type { Source } from '../sources/source.js';
import { createWeightBuffers } from '../runtime/weightBuffers.js';
import { createTensor, type Tensor } from '../tensor/tensor.js';
import type { Gemma3Config } from './configuration.js';
import { generate, type GeneratedStep } from './generate.js';
import type { GenerateInput } from './generationOptions.js';
import type { Weights } from './weights.js';
import { LanguageHead } from './languageHead.js';
import { causalLanguageModelLoss } from './loss.js';
import {
	checkBatch,
	keptPositions,
	toEmbeddings,
	type Batch,
	type ForwardInput
} from './modelInputs.js';
import {
	createGenerationConfig,
	createRandomWeights,
	loadGenerationConfig,
	loadPretrained,
	type LoadOptions,
	type PretrainedOptions
} from './pretrained.js';
import { Gemma3TextModel, type TextModelOutput } from './textModel.js';

export interface CausalInput extends ForwardInput {
	/** Which positions get logits: the last so many (0: all), or these. */
	readonly logitsToKeep?: number | readonly number[];
	/** `[batch][queries]`, -100 where nothing is to be predicted; needs all logits. */
	readonly labels?: Batch;
}

export interface CausalOutput extends TextModelOutput {
	/** `[batch, kept, vocabSize]` */
	readonly logits: Tensor;
	/** Mean cross entropy in nats, when labels were given. */
	readonly loss?: number;
}

/** Gemma 3 as a language model. Ports Gemma3ForCausalLM (transformers, modeling_gemma3.py). */
export class Gemma3ForCausalLM {
	private constructor(
		readonly model: Gemma3TextModel,
		readonly head: LanguageHead,
		/** Defaults of `generate`. */
		readonly generationConfig: GenerationConfig
	) {}

	get config(): Gemma3Config {
		return this.model.config;
	}

	/** The decoder without head or tower. */
	get textModel(): Gemma3TextModel {
		return this.model;
	}

	/** Bytes of weights held in memory. */
	get weightBytes(): number {
		return this.textModel.weightBytes + this.head.weightBytes;
	}

	/** @throws SafetensorsError, SourceError, UnsupportedModelError, or AbortError */
	static async fromPretrained(source: Source, options: PretrainedOptions) {
		const { config, weights } = await loadPretrained(source, { head: 'lm' }, options);
		const generationConfig = await loadGenerationConfig(source, config, options.signal);
		return Gemma3ForCausalLM.fromWeights(config, weights, { ...options, generationConfig });
	}

	/** A model of any shape with random weights. */
	static fromConfig(config: Gemma3Config, { seed, ...options }: LoadOptions & { seed: number }) {
		const weights = createRandomWeights(config, { head: 'lm' }, seed);
		return Gemma3ForCausalLM.fromWeights(config, weights, options);
	}

	static async fromWeights(config: Gemma3Config, weights: Weights, options: LoadOptions) {
		const { runtime } = options;
		const { textConfig } = config;
		const buffers = createWeightBuffers(runtime);
		const softcapping = textConfig.finalLogitSoftcapping;
		const shared = { softcapping, buffers };
		const model = await Gemma3TextModel.fromWeights(config, weights, options, shared);
		const head = await LanguageHead.create(runtime, textConfig, weights, buffers);
		const { generationConfig = createGenerationConfig(config) } = options;
		return new Gemma3ForCausalLM(model, head, generationConfig);
	}

	/** @throws RangeError or TypeError if an input has the wrong shape */
	async forward(input: CausalInput): Promise<CausalOutput> {
		const { labels, logitsToKeep = 0 } = input;
		const output = await this.model.forward(input);
		const logits = await projectPositions(
			this.head,
			output.lastHiddenState,
			logitsToKeep,
			input.signal
		);
		if (labels === undefined) return { ...output, logits };
		checkBatch('labels', labels, logits.dims[0], logits.dims[1]);
		return { ...output, logits, loss: causalLanguageModelLoss(logits, labels) };
	}

	/** Scaled embeddings, `[batch, queries, hiddenSize]`. */
	async embed(input: ForwardInput): Promise<Tensor> {
		return toEmbeddings(input, this.model.embedTokens, this.config);
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

/**
 * Logits `[batch, kept, vocabSize]` of some positions of `[batch, positions, hiddenSize]`.
 */
export async function projectPositions(
	head: LanguageHead,
	states: Tensor,
	logitsToKeep: number | readonly number[],
	signal?: AbortSignal
): Promise<Tensor> {
	const [batch, positions] = states.dims;
	const kept = keptPositions(positions, logitsToKeep);
	const rows = Array.from({ length: batch }, (_, row) =>
		kept.map((position) => row * positions + position)
	).flat();
	const logits = await head.logits(states, rows, signal);
	return createTensor('float32', [batch, kept.length, logits.dims[1]], logits.data);
}
