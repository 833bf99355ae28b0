/** The parts of Hugging Face's `tokenizer.json` that we read ourselves. */
export interface TokenizerJson {
	readonly model: { readonly type: string; readonly vocab: Readonly<Record<string, number>> };
	readonly added_tokens: readonly AddedTokenJson[];
	readonly [field: string]: unknown;
}

export interface AddedTokenJson {
	readonly id: number;
	readonly content: string;
	readonly special: boolean;
}

/**
 * Checks that a `tokenizer.json` describes byte-pair encoding with byte fallback and Gemma 3's
 * decoder, with every id a small whole number.
 *
 * @throws Error naming the field that is wrong
 */
export function parseTokenizer(tokenizerJson: string | object): TokenizerJson {
	const json = typeof tokenizerJson === 'string' ? parseJson(tokenizerJson) : tokenizerJson;
	if (!isRecord(json)) throw new Error('tokenizer.json holds no object.');
	const { model, decoder, added_tokens: addedTokens } = json;
	if (!isRecord(model)) throw new Error('tokenizer.json has no `model`.');
	if (model.type !== 'BPE') {
		throw new Error(`tokenizer.json: model.type is ${show(model.type)}, Gemma 3's is "BPE".`);
	}
	if (model.byte_fallback !== true) {
		throw new Error('tokenizer.json: model.byte_fallback is not true, as it is for Gemma 3.');
	}
	if (!isRecord(model.vocab)) throw new Error('tokenizer.json has no `model.vocab`.');
	if (!Array.isArray(model.merges)) throw new Error('tokenizer.json has no `model.merges`.');
	if (!isGemmaDecoder(decoder)) {
		throw new Error(
			`tokenizer.json: decoder is ${show(decoder).slice(0, 200)}, ` +
				"Gemma 3's is Replace, ByteFallback, Fuse."
		);
	}
	for (const token in model.vocab) checkId(token, model.vocab[token]);
	if (addedTokens !== undefined && !Array.isArray(addedTokens)) {
		throw new Error('tokenizer.json: added_tokens is no list.');
	}
	for (const added of addedTokens ?? []) {
		if (!isRecord(added) || typeof added.content !== 'string') {
			throw new Error(`tokenizer.json: added_tokens holds ${show(added)}, which has no content.`);
		}
		checkId(added.content, added.id);
	}
	return {
		normalizer: null,
		pre_tokenizer: null,
		post_processor: null,
		...json,
		added_tokens: addedTokens ?? []
	} as unknown as TokenizerJson;
}

/**
 * A special token's name in `tokenizer_config.json`, where it is a string or an object with
 * `content`, at the top or under `extra_special_tokens`; null if it is not named.
 */
export function specialTokenName(
	config: Readonly<Record<string, unknown>>,
	key: string
): string | null {
	const extra = config.extra_special_tokens;
	const value = config[key] ?? (isRecord(extra) ? extra[key] : undefined);
	if (typeof value === 'string') return value;
	return isRecord(value) && typeof value.content === 'string' ? value.content : null;
}

// A larger id could only be a slip or an attack: arrays are as long as the largest one.
const MAX_ID = 2 ** 22;

function checkId(token: string, id: unknown): void {
	if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id > MAX_ID) {
		throw new Error(`tokenizer.json: token ${show(token)} has the id ${show(id)}.`);
	}
}

/** Replace ▁ by a space, ByteFallback, Fuse: our `joinTokens` does these steps and no others. */
function isGemmaDecoder(decoder: unknown): boolean {
	if (!isRecord(decoder) || decoder.type !== 'Sequence') return false;
	if (!Array.isArray(decoder.decoders) || decoder.decoders.length !== 3) return false;
	const [replace, byteFallback, fuse] = decoder.decoders as Record<string, unknown>[];
	return (
		replace!.type === 'Replace' &&
		isRecord(replace!.pattern) &&
		replace!.pattern.String === '▁' &&
		replace!.content === ' ' &&
		byteFallback!.type === 'ByteFallback' &&
		fuse!.type === 'Fuse'
	);
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new Error(`tokenizer.json is no JSON: ${(error as Error).message}`, { cause: error });
	}
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
	return JSON.stringify(value) ?? 'missing';
}
