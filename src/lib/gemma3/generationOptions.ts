import type { GenerationConfig } from '../generation/generationConfig.js';
import { createStoppingCriteria, type StoppingCriteria } from '../generation/stoppingCriteria.js';
import type { SamplingParameters } from '../generation/samplingParameters.js';
import type { SequenceInput, SequenceOptions } from './tokenSequence.js';

/** How the next token is taken. */
export interface SamplingOptions extends SamplingParameters {
	/** False takes the likeliest; then only the repetition penalty counts. */
	readonly doSample: boolean;
}

/** When a row ends, beside its stop tokens. */
export interface StoppingOptions {
	/** No limit but the context where neither this nor the checkpoint sets one. */
	readonly maxNewTokens?: number | null;
	/** Text that ends a row; needs a tokenizer. */
	readonly stopStrings?: readonly string[];
}

/** What is left out is as the checkpoint's generation_config.json says. */
export interface GenerateOptions extends Partial<SamplingOptions>, StoppingOptions {
	/** Equal seeds give equal runs; 0 by default. */
	readonly seed?: number;
	/** Tokens that end a row. */
	readonly eosTokenId?: readonly number[];
	readonly tokenizer?: { decode(ids: readonly number[]): string };
	/** Asked after those above; null goes on. */
	readonly stoppingCriteria?: readonly StoppingCriteria[];
}

export interface GenerateInput extends SequenceInput, SequenceOptions, GenerateOptions {}

/** All criteria of a run as one. */
export function toStoppingCriteria(
	options: GenerateOptions,
	config: GenerationConfig,
	contextLength: number
): StoppingCriteria {
	const { tokenizer, stoppingCriteria = [] } = options;
	const own = createStoppingCriteria({
		eosTokenId: options.eosTokenId ?? config.eosTokenId,
		stopStrings: options.stopStrings ?? config.stopStrings,
		maxNewTokens: options.maxNewTokens === undefined ? config.maxNewTokens : options.maxNewTokens,
		maxLength: contextLength,
		decode: tokenizer && ((ids) => tokenizer.decode(ids))
	});
	return (ids, promptLength) => {
		for (const criterion of [own, ...stoppingCriteria]) {
			const stop = criterion(ids, promptLength);
			if (stop !== null) return stop;
		}
		return null;
	};
}

/** Settings with the checkpoint's in place of what is left out. */
export function toSamplingOptions(
	options: Partial<SamplingOptions>,
	defaults: SamplingOptions
): SamplingOptions {
	const { doSample, temperature, topK, topP, minP, repetitionPenalty } = options;
	return {
		doSample: doSample ?? defaults.doSample,
		temperature: temperature ?? defaults.temperature,
		topK: topK ?? defaults.topK,
		topP: topP ?? defaults.topP,
		minP: minP === undefined ? defaults.minP : minP,
		repetitionPenalty: repetitionPenalty ?? defaults.repetitionPenalty
	};
}
