import { createGemmaTokenizer } from '../support/tokenizers.js';
import { compareExact, type Comparison } from './comparison.js';
import { readList } from './readList.js';

interface TokensGolden {
	readonly text: string;
	readonly input_ids: number[];
	readonly tokens: string[];
	readonly decoded: string;
	readonly decoded_skip: string;
}

/** Ids, tokens and decoding by the published tokenizer, exactly. */
export function runTokensCase(path: string): Comparison[] {
	const tokenizer = createGemmaTokenizer();
	return readList<TokensGolden>(path).map((golden, index) => {
		const ids = tokenizer.encode(golden.text);
		const actual = {
			text: golden.text,
			input_ids: ids,
			tokens: ids.map((id) => tokenizer.maybeToken(id)),
			decoded: tokenizer.decode(golden.input_ids),
			decoded_skip: tokenizer.decode(golden.input_ids, { skipSpecialTokens: true })
		};
		return compareExact(`text ${index}`, actual, golden);
	});
}
