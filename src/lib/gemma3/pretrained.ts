import type { Runtime } from '../runtime/runtime.js';
import { openCheckpoint } from '../safetensors/checkpoint.js';
import { SourceError, type Source } from '../sources/source.js';
import type { Gemma3Config } from './configuration.js';
import { UnsupportedModelError } from './errors.js';
import { parseGemma3Config } from './parseConfiguration.js';
import { expectedWeights } from './expectedWeights.js';
import { randomWeights } from './randomWeights.js';
import { loadWeights, type Weights } from './weights.js';

export interface LoadOptions {
	readonly runtime: Runtime;
}

export interface PretrainedOptions extends LoadOptions {
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
	{ onProgress, signal }: PretrainedOptions
): Promise<{ config: Gemma3Config; weights: Weights; unexpected: readonly string[] }> {
	const config = await loadConfig(source, signal);
	const expected = expectedParts(config, parts, source.name);
	const checkpoint = await openCheckpoint(source, signal);
	const { weights, unexpected } = await loadWeights(checkpoint, expected, onProgress, signal);
	return { config, weights, unexpected };
}

/** @throws SourceError or UnsupportedModelError */
export async function loadConfig(source: Source, signal?: AbortSignal): Promise<Gemma3Config> {
	const text = await source.maybeText('config.json', signal);
	if (text === null) {
		throw new SourceError(
			`${source.name} has no config.json; choose a folder that holds a Hugging Face checkpoint of Gemma 3`
		);
	}
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch (error) {
		throw new UnsupportedModelError(
			`config.json of ${source.name} is not JSON: ${(error as Error).message}`
		);
	}
	return parseGemma3Config(json);
}

/** Weights drawn from a seed by `initializerRange`, so that any shape can be tried without a checkpoint. */
export function createRandomWeights(config: Gemma3Config, parts: Parts, seed: number): Weights {
	return randomWeights(expectedParts(config, parts, 'the configuration'), config, seed);
}

function expectedParts(config: Gemma3Config, { head, vision = false }: Parts, name: string) {
	if (vision === true && config.visionConfig === null) {
		throw new UnsupportedModelError(
			`${name} is a text-only model (${config.modelType}); for pictures load one with a vision_config`
		);
	}
	const hasVision = vision !== false && config.visionConfig !== null;
	return expectedWeights(config, { head, vision: hasVision });
}
