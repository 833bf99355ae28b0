import type { Gemma3Config } from '../gemma3/configuration.js';
import type { Gemma3Tokenizer } from '../gemma3/tokenizer.js';
import type { TraceToken } from './trace.js';

export interface TraceTokensInput {
	/** One row, prompt and generated tokens. */
	readonly inputIds: readonly number[];
	/** 1 for an image soft token, else 0; generated tokens may be left out. */
	readonly tokenTypeIds: readonly number[];
	readonly tokenizer: Gemma3Tokenizer;
	/** Tokens from here on were generated, one a step. */
	readonly promptLength: number;
	readonly config: Pick<Gemma3Config, 'mmTokensPerImage'>;
}

/**
 * Describes the tokens of one sequence. A turn begins at its `<start_of_turn>` and lasts until the
 * next. Soft tokens belong to images in order, `mmTokensPerImage` to each; one that the model
 * generated belongs to none.
 *
 * @throws RangeError if `promptLength` is negative or larger than the number of tokens
 */
export function toTraceTokens(input: TraceTokensInput): TraceToken[] {
	const { inputIds, tokenTypeIds, tokenizer, promptLength, config } = input;
	if (!Number.isInteger(promptLength) || promptLength < 0 || promptLength > inputIds.length) {
		throw new RangeError(`invalid promptLength: ${promptLength} of ${inputIds.length} tokens`);
	}
	const startOfTurn = tokenizer.startOfTurnToken?.id;
	let turn: number | null = null;
	let softTokens = 0;
	return inputIds.map((id, position) => {
		if (id === startOfTurn) turn = turn === null ? 0 : turn + 1;
		const step = position < promptLength ? null : position - promptLength;
		const isImage = step === null && tokenTypeIds[position] === 1;
		const imageIndex = isImage ? Math.floor(softTokens++ / config.mmTokensPerImage) : null;
		const kind = isImage ? 'image' : tokenizer.isControl(id) ? 'control' : 'text';
		return { id, text: tokenizer.tokenText(id), kind, turn, imageIndex, position, step };
	});
}
