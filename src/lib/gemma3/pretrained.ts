import { parseGenerationConfig, type GenerationConfig } from '../generation/generationConfig.js';
import type { Runtime } from '../runtime/runtime.js';
import { openCheckpoint } from '../safetensors/checkpoint.js';
import { SourceError, type Source } from '../sources/source.js';
import type { WeightDtype } from '../tensor/packedMatrix.js';
import type { Gemma3Config } from './configuration.js';
import { UnsupportedModelError } from './errors.js';
import { parseGemma3Config } from './parseConfiguration.js';
import { expectedWeights } from './expectedWeights.js';
import { randomWeights } from './randomWeights.js';
import { isPackedCheckpoint, loadPackedWeights } from './packedCheckpoint.js';
import { dropTiedHead, loadWeights, type Weights } from './weights.js';

export interface LoadOptions {
	readonly runtime: Runtime;
	/** Defaults of `generate`; the reference's own when absent. */
	readonly generationConfig?: GenerationConfig;
}

export interface PretrainedOptions extends Pick<LoadOptions, 'runtime'> {
	/**
	 * How linear layers are kept: `fp32` when absent. `fp16` takes half the room in memory of this
	 * side; the device computes with float32. `q8` and `q4` stay packed on the device too. A checkpoint that is
	 * stored with `q8` or `q4` stays as it is.
	 */
	readonly dtype?: WeightDtype;
	/** Most tokens of prompt and answer, where that should be fewer than the model can read. */
	readonly contextLength?: number;
	/** Bytes of weights read so far, and in all. */
	readonly onProgress?: (loaded: number, total: number) => void;
	readonly signal?: AbortSignal;
}

/** Which weights a model class needs beside the decoder's. */
export interface Parts {
	readonly head: 'lm' | 'score' | 'none';
	/** The tower and projector: never, always, or where the configuration has them. */
	readonly vision?: boolean | 'if configured';
}

/**
 * Reads configuration and weights of a checkpoint.
 *
 * @throws SafetensorsError, SourceError, UnsupportedModelError, or AbortError
 */
export async function loadPretrained(
	source: Source,
	parts: Parts,
	{ dtype, contextLength, onProgress, signal }: PretrainedOptions
): Promise<{ config: Gemma3Config; weights: Weights; unexpected: readonly string[] }> {
	const config = limitContext(await loadConfig(source, signal), contextLength);
	const expected = expectedParts(config, parts, source.name);
	const checkpoint = await openCheckpoint(source, signal);
	if (isPackedCheckpoint(checkpoint)) {
		const weights = await loadPackedWeights(checkpoint, expected, onProgress, signal);
		dropTiedHead(weights, expected);
		return { config, weights, unexpected: [] };
	}
	const loaded = await loadWeights(checkpoint, expected, onProgress, signal, dtype);
	return { config, ...loaded };
}

/**
 * How the checkpoint says it generates. Where its generation_config.json names no stop token, or is
 * not there, those of the configuration count.
 *
 * @throws SourceError, UnsupportedModelError, or RangeError naming the field that is wrong
 */
export async function loadGenerationConfig(
	source: Source,
	config: Gemma3Config,
	signal?: AbortSignal
): Promise<GenerationConfig> {
	const path = 'generation_config.json';
	const text = await source.maybeText(path, signal);
	return createGenerationConfig(config, text === null ? {} : parseJson(text, path, source.name));
}

/** @param json a parsed generation_config.json */
export function createGenerationConfig(config: Gemma3Config, json: unknown = {}): GenerationConfig {
	const parsed = parseGenerationConfig(json);
	const { eosTokenId } = config.textConfig;
	return parsed.eosTokenId.length > 0 ? parsed : { ...parsed, eosTokenId };
}

/** @throws SourceError or UnsupportedModelError */
export async function loadConfig(source: Source, signal?: AbortSignal): Promise<Gemma3Config> {
	const path = 'config.json';
	const text = await source.maybeText(path, signal);
	if (text === null) {
		throw new SourceError(
			`${source.name} has no config.json; choose a folder that holds a Hugging Face checkpoint of Gemma 3`
		);
	}
	return parseGemma3Config(parseJson(text, path, source.name));
}

/**
 * The configuration of the same model with a shorter context.
 *
 * @throws RangeError if the length is no positive whole number
 */
export function limitContext(config: Gemma3Config, contextLength = Infinity): Gemma3Config {
	if (contextLength !== Infinity && !(Number.isInteger(contextLength) && contextLength > 0)) {
		throw new RangeError(`invalid contextLength: ${contextLength}`);
	}
	const { textConfig } = config;
	const maxPositionEmbeddings = Math.min(textConfig.maxPositionEmbeddings, contextLength);
	return { ...config, textConfig: { ...textConfig, maxPositionEmbeddings } };
}

function parseJson(text: string, path: string, name: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new UnsupportedModelError(`${path} of ${name} is not JSON: ${(error as Error).message}`);
	}
}

/** Weights drawn from a seed by `initializerRange`, so that any shape can be tried without a checkpoint. */
export function createRandomWeights(config: Gemma3Config, parts: Parts, seed: number): Weights {
	return randomWeights(expectedParts(config, parts, 'the configuration'), config, seed);
}

/** The weights that a model class needs of a checkpoint. */
export function expectedParts(config: Gemma3Config, { head, vision = false }: Parts, name: string) {
	if (vision === true && config.visionConfig === null) {
		throw new UnsupportedModelError(
			`${name} is a text-only model (${config.modelType}); for pictures load one with a vision_config`
		);
	}
	const hasVision = vision !== false && config.visionConfig !== null;
	return expectedWeights(config, { head, vision: hasVision });
}
