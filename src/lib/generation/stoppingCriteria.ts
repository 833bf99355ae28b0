import { findStopString, type StopStringMatch } from './stopString.js';

/** Why generation ends. */
export type Stop =
	| { readonly reason: 'stop_token' | 'max_new_tokens' | 'context_full' }
	| ({ readonly reason: 'stop_string' } & StopStringMatch);

export interface StoppingCriteriaOptions {
	/** One stop token, or several. */
	readonly eosTokenId?: number | readonly number[];
	readonly stopStrings?: readonly string[];
	/** Tokens to generate at most; no limit where null or left out. */
	readonly maxNewTokens?: number | null;
	/** Tokens at most, the prompt's included; no limit where null or left out. */
	readonly maxLength?: number | null;
	/** Text of some ids; needed for stop strings. */
	readonly decode?: (ids: readonly number[]) => string;
}

/**
 * Asks whether to stop after the newest token. Keeps nothing between calls: a run that is stepped
 * back, or branched, asks again and gets the same answer.
 *
 * @param inputIds prompt and generated tokens so far
 * @param promptLength how many of them are the prompt
 * @returns null to go on
 */
export type StoppingCriteria = (inputIds: readonly number[], promptLength: number) => Stop | null;

/**
 * Where several criteria hold at once, the first counts: stop token, stop string, new tokens,
 * context. Before the first token only the context can be full.
 * Ports EosTokenCriteria, StopStringCriteria and MaxLengthCriteria (transformers, stopping_criteria.py).
 *
 * @throws RangeError if a limit is not a whole number above 0, a stop token is no token id, a stop
 * string is empty, or stop strings come without `decode`
 */
export function createStoppingCriteria({
	eosTokenId = [],
	stopStrings = [],
	maxNewTokens = null,
	maxLength = null,
	decode
}: StoppingCriteriaOptions): StoppingCriteria {
	const eosTokenIds = new Set(typeof eosTokenId === 'number' ? [eosTokenId] : eosTokenId);
	for (const id of eosTokenIds) {
		if (!Number.isSafeInteger(id) || id < 0) {
			throw new RangeError(`eosTokenId must hold token ids, got ${id}`);
		}
	}
	if (stopStrings.includes('')) {
		throw new RangeError('stopStrings must not hold an empty string: it would stop every run');
	}
	if (stopStrings.length > 0 && decode === undefined) {
		throw new RangeError('stopStrings need decode, a function from token ids to their text');
	}
	checkLimit('maxNewTokens', maxNewTokens);
	checkLimit('maxLength', maxLength);

	return (inputIds, promptLength) => {
		const newTokens = inputIds.length - promptLength;
		if (newTokens > 0) {
			if (eosTokenIds.has(inputIds[inputIds.length - 1])) return { reason: 'stop_token' };
			const match = decode ? findStopString(stopStrings, inputIds, promptLength, decode) : null;
			if (match !== null) return { reason: 'stop_string', ...match };
		}
		if (maxNewTokens !== null && newTokens >= maxNewTokens) return { reason: 'max_new_tokens' };
		if (maxLength !== null && inputIds.length >= maxLength) return { reason: 'context_full' };
		return null;
	};
}

function checkLimit(name: string, value: number | null): void {
	if (value !== null && (!Number.isSafeInteger(value) || value < 1)) {
		throw new RangeError(`${name} must be a whole number above 0, got ${value}`);
	}
}
