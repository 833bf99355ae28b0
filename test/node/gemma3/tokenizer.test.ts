import { beforeAll, expect, test } from 'vitest';
import { createTokenizer, type Gemma3Tokenizer } from '../../../src/lib/gemma3/tokenizer.js';
import { createGemmaTokenizer, createMiniTokenizer, readGolden } from '../../support/tokenizers.js';
import { createRandom, randomText } from '../../support/randomText.js';

interface TokensGolden {
	text: string;
	input_ids: number[];
	tokens: string[];
	decoded: string;
	decoded_skip: string;
}

const goldens = readGolden<TokensGolden[]>('tokens.json');
const mini = createMiniTokenizer();
let gemma: Gemma3Tokenizer;
beforeAll(() => {
	gemma = createGemmaTokenizer();
});

test('splits 200 texts into the ids and tokens of the reference', () => {
	expect(goldens.length).toBe(200);
	for (const { text, input_ids, tokens } of goldens) {
		const ids = gemma.encode(text);
		expect(ids, JSON.stringify(text)).toEqual(input_ids);
		expect(ids.map((id) => gemma.maybeToken(id))).toEqual(tokens);
		expect(gemma.encode(text, { addSpecialTokens: false })).toEqual(input_ids.slice(1));
	}
});

test('decodes the ids of 200 texts as the reference does, with control tokens and without', () => {
	for (const { text, input_ids, decoded, decoded_skip } of goldens) {
		expect(gemma.decode(input_ids), JSON.stringify(text)).toBe(decoded);
		expect(gemma.decode(input_ids, { skipSpecialTokens: true })).toBe(decoded_skip);
	}
});

test('gives spans that cover the decoded text of 200 texts from end to end', () => {
	for (const { input_ids, decoded } of goldens) {
		const spans = gemma.spans(input_ids);
		expect(spans.length).toBe(input_ids.length);
		let end = 0;
		spans.forEach((span, i) => {
			const again = i > 0 && span.start === spans[i - 1]!.start && span.end === spans[i - 1]!.end;
			if (!again) expect(span.start).toBe(end);
			end = span.end;
		});
		expect(end).toBe(decoded.length);
	}
});

test('shows token texts that join to the decoded text where no character needs several bytes', () => {
	let compared = 0;
	for (const { input_ids, tokens, decoded } of goldens) {
		if (tokens.some((token) => /^<0x[89A-F]/.test(token))) continue;
		expect(input_ids.map((id) => gemma.tokenText(id)).join('')).toBe(decoded);
		compared++;
	}
	expect(compared).toBeGreaterThan(100);
});

test('gets random Unicode back from the tokens of the embedded model', () => {
	const random = createRandom(7);
	for (let i = 0; i < 400; i++) {
		const text = randomText(random, 40);
		const ids = mini.encode(text, { addSpecialTokens: false });
		expect(mini.decode(ids)).toBe(text);
		const spans = mini.spans(ids);
		const starts = new Set(spans.map(({ start }) => start));
		const parts = [...starts].map((start) => {
			const { end } = spans.find((span) => span.start === start)!;
			return text.slice(start, end);
		});
		expect(parts.join('')).toBe(text);
	}
});

test('gets random Unicode back from the tokens of Gemma 3', () => {
	const random = createRandom(11);
	for (let i = 0; i < 200; i++) {
		const text = randomText(random, 40);
		expect(gemma.decode(gemma.encode(text, { addSpecialTokens: false }))).toBe(text);
	}
});

test('puts one <bos> in front, and nothing else for an empty text', () => {
	expect(mini.encode('')).toEqual([2]);
	expect(mini.encode('', { addSpecialTokens: false })).toEqual([]);
	expect(mini.decode([])).toBe('');
});

test('reads a lone surrogate as U+FFFD', () => {
	expect(mini.encode('a\ud800b')).toEqual(mini.encode('a\ufffdb'));
});

test('keeps a byte order mark, and gives one U+FFFD a byte where bytes are no UTF-8', () => {
	expect(mini.decode(mini.encode('\ufeffa', { addSpecialTokens: false }))).toBe('\ufeffa');
	const bytes = [0xe6, 0x97].map((byte) => mini.maybeId(`<0x${byte.toString(16).toUpperCase()}>`)!);
	expect(mini.decode(bytes)).toBe('\ufffd\ufffd');
	expect(mini.spans(bytes)).toEqual([
		{ start: 0, end: 1 },
		{ start: 1, end: 2 }
	]);
});

test('shows the bytes of a character one by one and gives each the span of the whole', () => {
	const ids = mini.encode('a日b', { addSpecialTokens: false });
	expect(ids.map((id) => mini.tokenText(id))).toEqual(['a', '⟨E6⟩', '⟨97⟩', '⟨A5⟩', 'b']);
	expect(mini.spans(ids).map(({ start, end }) => 'a日b'.slice(start, end))).toEqual([
		'a',
		'日',
		'日',
		'日',
		'b'
	]);
	const [newline] = [mini.maybeId('<0x0A>')!];
	expect(mini.tokenText(newline)).toBe('\n');
});

test('decodes an id without a token to nothing and shows its number', () => {
	expect(mini.decode([2, 5000])).toBe('<bos>');
	expect(mini.tokenText(5000)).toBe('⟨5000⟩');
	expect(mini.maybeToken(5000)).toBeNull();
	expect(mini.spans([5000, 2])).toEqual([
		{ start: 0, end: 0 },
		{ start: 0, end: 5 }
	]);
});

test('tells control tokens from text', () => {
	expect(gemma.isControl(gemma.maybeId('<end_of_turn>')!)).toBe(true);
	expect(gemma.isControl(gemma.maybeId('<image_soft_token>')!)).toBe(true);
	expect(gemma.isControl(gemma.maybeId('<table>')!)).toBe(false);
	expect(gemma.isControl(gemma.maybeId('\n\n')!)).toBe(false);
	expect(mini.isControl(mini.maybeId('<0x0A>')!)).toBe(false);
});

test('reads control tokens in a text as such, and says which; <foo> is plain text', () => {
	const text = 'a <end_of_turn> b <bos> c <foo> d <end_of_turn>';
	expect(mini.controlTokensIn(text)).toEqual(['<end_of_turn>', '<bos>']);
	const ids = mini.encode(text, { addSpecialTokens: false });
	expect(ids.filter((id) => mini.isControl(id))).toEqual([5, 2, 5]);
	expect(mini.decode(ids, { skipSpecialTokens: true })).toBe('a  b  c <foo> d ');
});

test('knows the special tokens by name', () => {
	expect(gemma.vocabSize).toBe(262145);
	expect(gemma.imageToken).toEqual({ content: '<image_soft_token>', id: 262144 });
	expect(gemma.boiToken?.id).toBe(255999);
	expect(gemma.eoiToken?.id).toBe(256000);
	expect(mini.vocabSize).toBe(1024);
	expect([mini.padToken, mini.eosToken, mini.bosToken].map((token) => token?.id)).toEqual([
		0, 1, 2
	]);
	expect(mini.startOfTurnToken?.id).toBe(4);
});

test('refuses a tokenizer whose ids do not fit the embedding, save for the image soft token', () => {
	gemma.checkVocabulary(262208);
	gemma.checkVocabulary(262144);
	mini.checkVocabulary(1024);
	expect(() => gemma.checkVocabulary(262143)).toThrow(/has id 262143.*ids 0 to 262142/);
	expect(() => mini.checkVocabulary(1000)).toThrow(/token ".+" has id 1000.*same checkpoint/);
});

test('refuses what is no Gemma 3 tokenizer, naming the field', () => {
	const decoder = {
		type: 'Sequence',
		decoders: [
			{ type: 'Replace', pattern: { String: '▁' }, content: ' ' },
			{ type: 'ByteFallback' },
			{ type: 'Fuse' }
		]
	};
	const model = { type: 'BPE', byte_fallback: true, vocab: { a: 0 }, merges: [] };
	const added_tokens = [{ id: 1, content: '<bos>', special: true }];
	expect(createTokenizer({ model, decoder, added_tokens }).vocabSize).toBe(2);
	expect(() => createTokenizer('{')).toThrow('tokenizer.json is no JSON');
	expect(() => createTokenizer('[]')).toThrow('holds no object');
	expect(() => createTokenizer({})).toThrow('no `model`');
	expect(() => createTokenizer({ model: { ...model, type: 'Unigram' }, decoder })).toThrow(
		'model.type is "Unigram"'
	);
	expect(() => createTokenizer({ model, decoder: { type: 'ByteLevel' } })).toThrow(
		'decoder is {"type":"ByteLevel"}'
	);
	expect(() => createTokenizer({ model: { ...model, vocab: { a: -1 } }, decoder })).toThrow(
		'token "a" has the id -1'
	);
	expect(() => createTokenizer({ model: { ...model, vocab: { a: 1e12 } }, decoder })).toThrow(
		'token "a" has the id 1000000000000'
	);
	expect(() => createTokenizer({ model: { ...model, merges: undefined }, decoder })).toThrow(
		'model.merges'
	);
	expect(() => createTokenizer({ model: { ...model, byte_fallback: false }, decoder })).toThrow(
		'byte_fallback'
	);
	expect(() => createTokenizer({ model, decoder, added_tokens: [{ id: 4 }] })).toThrow(
		'has no content'
	);
});
