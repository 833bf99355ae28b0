import { Tokenizer } from '@huggingface/tokenizers';
import { joinTokens, maybeByte, type TokenSpan } from './byteFallback.js';
import { parseTokenizer, specialTokenName, type TokenizerJson } from './tokenizerJson.js';

/** A token that the processor needs by name. */
export interface NamedToken {
	readonly content: string;
	readonly id: number;
}

/**
 * Gemma 3's tokenizer: byte-pair encoding over text whose spaces are written `▁`, with a token for
 * every byte to fall back to. Ids, tokens and decoded text are those of Hugging Face's `tokenizers`.
 */
export class Gemma3Tokenizer {
	/** Number of ids, added tokens counted: the highest id plus one. */
	readonly vocabSize: number;
	readonly bosToken: NamedToken | null;
	readonly eosToken: NamedToken | null;
	readonly padToken: NamedToken | null;
	readonly startOfTurnToken: NamedToken | null;
	/** `<start_of_image>`, in the prompt one for each picture. */
	readonly boiToken: NamedToken | null;
	/** `<end_of_image>`. */
	readonly eoiToken: NamedToken | null;
	/** `<image_soft_token>`, the place of one image feature. */
	readonly imageToken: NamedToken | null;

	readonly #tokenizer: Tokenizer;
	readonly #tokens: readonly (string | undefined)[];
	readonly #controlIds: ReadonlySet<number>;

	constructor(json: TokenizerJson, tokenizerConfig: Readonly<Record<string, unknown>>) {
		this.#tokenizer = new Tokenizer(json, { ...tokenizerConfig });
		const tokens: (string | undefined)[] = [];
		for (const [token, id] of Object.entries(json.model.vocab)) tokens[id] = token;
		for (const { content, id } of json.added_tokens) tokens[id] = content;
		this.#tokens = tokens;
		this.vocabSize = tokens.length;

		const named = (key: string, usual: string) =>
			this.#maybeNamed(specialTokenName(tokenizerConfig, key) ?? usual);
		this.bosToken = named('bos_token', '<bos>');
		this.eosToken = named('eos_token', '<eos>');
		this.padToken = named('pad_token', '<pad>');
		this.boiToken = named('boi_token', '<start_of_image>');
		this.eoiToken = named('eoi_token', '<end_of_image>');
		this.imageToken = named('image_token', '<image_soft_token>');
		this.startOfTurnToken = this.#maybeNamed('<start_of_turn>');

		const controlIds = new Set(json.added_tokens.filter((t) => t.special).map((t) => t.id));
		for (const token of [this.bosToken, this.eosToken, this.padToken]) {
			if (token) controlIds.add(token.id);
		}
		for (const token of [this.boiToken, this.eoiToken, this.imageToken]) {
			if (token) controlIds.add(token.id);
		}
		this.#controlIds = controlIds;
	}

	/**
	 * Token ids of a text. Control tokens written in the text are read as control tokens, as in
	 * Hugging Face; `controlTokensIn` tells which. A lone surrogate is read as U+FFFD.
	 *
	 * @param options.addSpecialTokens puts `<bos>` in front, true unless given
	 */
	encode(text: string, options: { addSpecialTokens?: boolean } = {}): number[] {
		const { addSpecialTokens = true } = options;
		return this.#tokenizer.encode(text.toWellFormed(), { add_special_tokens: addSpecialTokens })
			.ids;
	}

	/**
	 * The text of token ids. Ids without a token give nothing.
	 *
	 * @param options.skipSpecialTokens leaves control tokens out, false unless given
	 */
	decode(ids: readonly number[], options: { skipSpecialTokens?: boolean } = {}): string {
		const { skipSpecialTokens = false } = options;
		const tokens: string[] = [];
		for (const id of ids) {
			const token = this.#tokens[id];
			if (token === undefined || (skipSpecialTokens && this.#controlIds.has(id))) continue;
			tokens.push(token);
		}
		return joinTokens(tokens).text;
	}

	/**
	 * Where each token's text lies in `decode(ids)`. A character that is spelled in several byte
	 * tokens gives each of them its whole span; an id without a token has an empty one.
	 */
	spans(ids: readonly number[]): TokenSpan[] {
		const known = ids.map((id) => this.#tokens[id]);
		const { spans } = joinTokens(known.filter((token) => token !== undefined));
		let next = 0;
		return known.map((token) => {
			if (token !== undefined) return spans[next++]!;
			const end = next > 0 ? spans[next - 1]!.end : 0;
			return { start: end, end };
		});
	}

	/**
	 * One token's own text for display: spaces and newlines as they are, a control token by name,
	 * the byte token of an ASCII character as that character, any other byte as `⟨E6⟩`, an id
	 * without a token as `⟨262150⟩`. Joined, the texts give back the decoded text as long as no
	 * character is spelled in several bytes; where one is, `spans` tells which bytes belong together.
	 */
	tokenText(id: number): string {
		const token = this.#tokens[id];
		if (token === undefined) return `⟨${id}⟩`;
		if (this.#controlIds.has(id)) return token;
		const byte = maybeByte(token);
		if (byte === null) return token.replaceAll('▁', ' ');
		if (byte < 0x80) return String.fromCharCode(byte);
		return `⟨${byte.toString(16).toUpperCase()}⟩`;
	}

	/** The vocabulary's own spelling, `▁` and `<0x0A>` kept; null for an id without a token. */
	maybeToken(id: number): string | null {
		return this.#tokens[id] ?? null;
	}

	/** The id of a token by the vocabulary's own spelling; null if there is none. */
	maybeId(token: string): number | null {
		return this.#tokenizer.token_to_id(token) ?? null;
	}

	/** True for `<bos>`, `<start_of_turn>` and their like: what `skipSpecialTokens` leaves out. */
	isControl(id: number): boolean {
		return this.#controlIds.has(id);
	}

	/** Names of the control tokens that a text spells out, each once, in the order of first appearance. */
	controlTokensIn(text: string): string[] {
		return [...this.#controlIds]
			.map((id) => this.#tokens[id]!)
			.map((name) => ({ name, index: text.indexOf(name) }))
			.filter(({ index }) => index >= 0)
			.sort((a, b) => a.index - b.index)
			.map(({ name }) => name);
	}

	/**
	 * Refuses a tokenizer that can give an id for which the model has no embedding. The image soft
	 * token may lie beyond: its embedding is never looked up.
	 *
	 * @throws RangeError naming the first such token
	 */
	checkVocabulary(embeddingRows: number): void {
		for (let id = embeddingRows; id < this.vocabSize; id++) {
			const token = this.#tokens[id];
			if (token === undefined || id === this.imageToken?.id) continue;
			throw new RangeError(
				`The tokenizer does not fit the model: its token ${JSON.stringify(token)} has id ${id}, ` +
					`but the model has embeddings for ids 0 to ${embeddingRows - 1}. ` +
					'Take tokenizer.json and the weights from the same checkpoint.'
			);
		}
	}

	#maybeNamed(content: string): NamedToken | null {
		const id = this.maybeId(content);
		return id === null ? null : { content, id };
	}
}

/**
 * A tokenizer from the contents of `tokenizer.json` and `tokenizer_config.json`.
 *
 * @param tokenizerJson the file's text, or the object it holds
 * @param tokenizerConfig the object in `tokenizer_config.json`; empty where a checkpoint has none
 * @throws Error if the file is no JSON or describes another kind of tokenizer
 */
export function createTokenizer(
	tokenizerJson: string | object,
	tokenizerConfig: object = {}
): Gemma3Tokenizer {
	return new Gemma3Tokenizer(
		parseTokenizer(tokenizerJson),
		tokenizerConfig as Record<string, unknown>
	);
}
