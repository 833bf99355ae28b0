import type { DeviceTensor } from '../runtime/deviceTensor.js';
import type { Source } from '../sources/source.js';
import { createTensor, type Tensor } from '../tensor/tensor.js';
import type { Gemma3Config } from './configuration.js';
import type { Weights } from './weights.js';
import { embedTokens } from './embedding.js';
import { toEmbeddings, type Batch, type ForwardInput } from './modelInputs.js';
import {
	createRandomWeights,
	loadPretrained,
	type LoadOptions,
	type PretrainedOptions
} from './pretrained.js';
import type { DecoderFetches, DecoderOptions } from './decoder.js';
import type { DevicePass } from './devicePass.js';
import { Gemma3TextModel, type TextModelOutput } from './textModel.js';
import { VisionTower } from './visionTower.js';

export interface MultimodalInput extends ForwardInput {
	/** `[images, 3, imageSize, imageSize]`, in the order of their soft tokens. */
	readonly pixelValues?: Tensor;
	/** In place of `pixelValues`: what `getImageFeatures` gave for them. */
	readonly imageFeatures?: Tensor;
}

export interface MultimodalOutput extends TextModelOutput {
	/** `[images, mmTokensPerImage, hiddenSize]`, when there were images. */
	readonly imageHiddenStates?: Tensor;
}

/**
 * SigLIP tower, projector and decoder, without a head. Ports Gemma3Model (transformers,
 * modeling_gemma3.py).
 */
export class Gemma3Model {
	private constructor(
		readonly languageModel: Gemma3TextModel,
		readonly visionTower: VisionTower
	) {}

	get config(): Gemma3Config {
		return this.languageModel.config;
	}

	/** @throws SafetensorsError, SourceError, UnsupportedModelError (a text-only one too), or AbortError */
	static async fromPretrained(source: Source, options: PretrainedOptions) {
		const parts = { head: 'none', vision: true } as const;
		const { config, weights } = await loadPretrained(source, parts, options);
		return Gemma3Model.fromWeights(config, weights, options);
	}

	/** A model of any shape with random weights. */
	static fromConfig(config: Gemma3Config, { seed, ...options }: LoadOptions & { seed: number }) {
		const weights = createRandomWeights(config, { head: 'none', vision: true }, seed);
		return Gemma3Model.fromWeights(config, weights, options);
	}

	static async fromWeights(
		config: Gemma3Config,
		weights: Weights,
		options: LoadOptions,
		decoder: DecoderOptions = {}
	) {
		const tower = new VisionTower(options.runtime, config, weights);
		const model = await Gemma3TextModel.fromWeights(config, weights, options, decoder);
		return new Gemma3Model(model, tower);
	}

	/** Soft tokens of images, `[images, mmTokensPerImage, hiddenSize]`. */
	async getImageFeatures(pixelValues: Tensor, signal?: AbortSignal): Promise<Tensor> {
		const outputs = await this.visionTower.run(pixelValues, ['features'], signal);
		const features = outputs.get('features') as DeviceTensor;
		try {
			return await features.readAll();
		} finally {
			features.dispose();
		}
	}

	/**
	 * Where image features go: 1 for a soft token, `[batch × queries]`.
	 *
	 * @throws RangeError if their number is not that of the features, in the reference's words
	 */
	getPlaceholderMask(
		input: Pick<ForwardInput, 'inputIds'>,
		inputsEmbeds: Tensor,
		imageFeatures: Tensor
	): Uint8Array {
		const mask = input.inputIds
			? this.#maskOfIds(input.inputIds)
			: this.#maskOfEmbeddings(inputsEmbeds);
		const tokens = mask.reduce((sum, one) => sum + one, 0);
		const features = imageFeatures.dims[0] * imageFeatures.dims[1];
		if (tokens !== features) {
			throw new RangeError(
				`Image features and image tokens do not match, tokens: ${tokens}, features: ${features}`
			);
		}
		return mask;
	}

	async forward(input: MultimodalInput): Promise<MultimodalOutput> {
		const { inputs, imageFeatures } = await this.#merge(input);
		const output = await this.languageModel.forward(inputs);
		return imageFeatures ? { ...output, imageHiddenStates: imageFeatures } : output;
	}

	/** One pass, with the wanted outputs left on the device. */
	async run(input: MultimodalInput, fetches: DecoderFetches): Promise<DevicePass> {
		return this.languageModel.run((await this.#merge(input)).inputs, fetches);
	}

	/** Scaled embeddings with images spliced in, `[batch, queries, hiddenSize]`. */
	async embed(input: MultimodalInput): Promise<Tensor> {
		const { inputs } = await this.#merge(input);
		return toEmbeddings(inputs, this.languageModel.embedTokens, this.config);
	}

	async dispose(): Promise<void> {
		await this.visionTower.dispose();
		await this.languageModel.dispose();
	}

	/** Puts image features in the place of the soft tokens' embeddings; they are not scaled. */
	async #merge(input: MultimodalInput) {
		const { pixelValues, ...inputs } = input;
		const imageFeatures =
			input.imageFeatures ??
			(pixelValues && (await this.getImageFeatures(pixelValues, input.signal)));
		if (imageFeatures === undefined) return { inputs };
		const embeds = toEmbeddings(inputs, this.languageModel.embedTokens, this.config);
		const mask = this.getPlaceholderMask(inputs, embeds, imageFeatures);
		const width = embeds.dims[2];
		const data = embeds.data.slice();
		let feature = 0;
		mask.forEach((isImage, position) => {
			if (isImage === 0) return;
			const start = feature++ * width;
			data.set(imageFeatures.data.subarray(start, start + width), position * width);
		});
		const inputsEmbeds = createTensor('float32', embeds.dims, data);
		return { inputs: { ...inputs, inputIds: undefined, inputsEmbeds }, imageFeatures };
	}

	#maskOfIds(inputIds: Batch): Uint8Array {
		const { imageTokenIndex } = this.config;
		return Uint8Array.from(inputIds.flat(), (id) => Number(id === imageTokenIndex));
	}

	/** Without ids a soft token is known by its embedding, as in the reference. */
	#maskOfEmbeddings({ dims, data }: Tensor): Uint8Array {
		const { embedTokens: weight } = this.languageModel;
		const placeholder = embedTokens(weight, this.config, [[this.config.imageTokenIndex]]).data;
		return Uint8Array.from({ length: dims[0] * dims[1] }, (_, position) =>
			Number(placeholder.every((value, i) => data[position * dims[2] + i] === value))
		);
	}
}
