import { samplingRules, type SamplingParameters } from './samplingParameters.js';

/** The part of a checkpoint's generation_config.json that concerns sampling and stopping. */
export interface GenerationConfig extends SamplingParameters {
	/** False: greedy. The reference then uses the repetition penalty alone. */
	readonly doSample: boolean;
	/** Null where the file sets no limit. */
	readonly maxNewTokens: number | null;
	/** Stop tokens; empty where the file names none. */
	readonly eosTokenId: readonly number[];
	readonly padTokenId: number | null;
	readonly bosTokenId: number | null;
	readonly stopStrings: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a generation_config.json. A field that is missing or null gets the reference's default:
 * greedy, temperature 1, top-k 50, top-p 1, no min-p, repetition penalty 1.
 * Ports GenerationConfig (transformers, generation/configuration_utils.py). Other fields are not read.
 *
 * @param json the parsed file
 * @throws RangeError naming the field, its value and what it must be
 */
export function parseGenerationConfig(json: unknown): GenerationConfig {
	if (typeof json !== 'object' || json === null || Array.isArray(json)) {
		throw new RangeError(`generation_config must be a JSON object, got ${toText(json)}`);
	}
	const fields = json as Fields;
	return {
		doSample: read(fields, 'do_sample', false, 'true or false', isBoolean),
		temperature: readRule(fields, 'temperature', 'temperature', 1),
		topK: readRule(fields, 'top_k', 'topK', 50),
		topP: readRule(fields, 'top_p', 'topP', 1),
		minP: readRule(fields, 'min_p', 'minP', null),
		repetitionPenalty: readRule(fields, 'repetition_penalty', 'repetitionPenalty', 1),
		maxNewTokens: read<number | null>(
			fields,
			'max_new_tokens',
			null,
			'a whole number above 0',
			(value) => isTokenId(value) && value > 0
		),
		eosTokenId: toList(
			read<number | readonly number[]>(
				fields,
				'eos_token_id',
				[],
				'a token id or a list of token ids',
				(value) => toList(value).every(isTokenId)
			)
		),
		padTokenId: read<number | null>(fields, 'pad_token_id', null, 'a token id', isTokenId),
		bosTokenId: read<number | null>(fields, 'bos_token_id', null, 'a token id', isTokenId),
		stopStrings: toList(
			read<string | readonly string[]>(
				fields,
				'stop_strings',
				[],
				'a string or a list of strings, none of them empty',
				(value) => toList(value).every((text) => typeof text === 'string' && text !== '')
			)
		)
	};
}

function readRule<Name extends keyof SamplingParameters>(
	fields: Fields,
	field: string,
	name: Name,
	defaultValue: SamplingParameters[Name]
): SamplingParameters[Name] {
	const { expected, isValid } = samplingRules[name];
	return read(fields, field, defaultValue, expected, isValid);
}

function read<T>(
	fields: Fields,
	field: string,
	defaultValue: T,
	expected: string,
	isValid: (value: unknown) => boolean
): T {
	const value = Object.hasOwn(fields, field) ? (fields[field] ?? null) : null;
	if (value === null) return defaultValue;
	if (!isValid(value)) {
		throw new RangeError(`generation_config.${field} must be ${expected}, got ${toText(value)}`);
	}
	return value as T;
}

function toList<T>(value: T | readonly T[]): readonly T[] {
	return Array.isArray(value) ? value : [value as T];
}

function isTokenId(value: unknown): value is number {
	return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isBoolean(value: unknown): value is boolean {
	return typeof value === 'boolean';
}

function toText(value: unknown): string {
	const text = JSON.stringify(value) ?? String(value);
	return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
