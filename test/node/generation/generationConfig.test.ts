import { expect, test } from 'vitest';
import { parseGenerationConfig } from '../../../src/lib/generation/generationConfig.js';

const defaults = {
	doSample: false,
	temperature: 1,
	topK: 50,
	topP: 1,
	minP: null,
	repetitionPenalty: 1,
	maxNewTokens: null,
	eosTokenId: [],
	padTokenId: null,
	bosTokenId: null,
	stopStrings: []
};

test('reads the file that Gemma 3 is published with', () => {
	const published = {
		bos_token_id: 2,
		cache_implementation: 'hybrid',
		do_sample: true,
		eos_token_id: [1, 106],
		pad_token_id: 0,
		top_k: 64,
		top_p: 0.95,
		transformers_version: '4.50.0.dev0'
	};
	expect(parseGenerationConfig(published)).toEqual({
		...defaults,
		doSample: true,
		topK: 64,
		topP: 0.95,
		eosTokenId: [1, 106],
		padTokenId: 0,
		bosTokenId: 2
	});
});

test('fields that are missing or null get the defaults of the reference', () => {
	expect(parseGenerationConfig({})).toEqual(defaults);
	expect(
		parseGenerationConfig({ top_k: null, temperature: null, eos_token_id: null, do_sample: null })
	).toEqual(defaults);
	expect(parseGenerationConfig(JSON.parse('{"__proto__": {"top_k": 3}}'))).toEqual(defaults);
});

test('reads every field, and one value where a list is meant', () => {
	expect(
		parseGenerationConfig({
			do_sample: true,
			temperature: 0.5,
			top_k: 0,
			top_p: 0,
			min_p: 0.1,
			repetition_penalty: 1.2,
			max_new_tokens: 5,
			eos_token_id: 7,
			pad_token_id: 1,
			bos_token_id: 2,
			stop_strings: 'END'
		})
	).toEqual({
		doSample: true,
		temperature: 0.5,
		topK: 0,
		topP: 0,
		minP: 0.1,
		repetitionPenalty: 1.2,
		maxNewTokens: 5,
		eosTokenId: [7],
		padTokenId: 1,
		bosTokenId: 2,
		stopStrings: ['END']
	});
});

test.each([
	['temperature', 0],
	['temperature', '1'],
	['top_k', -1],
	['top_k', 1.5],
	['top_p', 1.5],
	['min_p', -0.1],
	['repetition_penalty', 0],
	['do_sample', 1],
	['max_new_tokens', 0],
	['eos_token_id', [1, 'x']],
	['eos_token_id', -1],
	['pad_token_id', 0.5],
	['bos_token_id', '2'],
	['stop_strings', ['']],
	['stop_strings', 5]
])('refuses %s: %o by name', (field, value) => {
	const parse = () => parseGenerationConfig({ [field]: value });
	expect(parse).toThrow(RangeError);
	expect(parse).toThrow(`generation_config.${field} must be`);
	expect(parse).toThrow(`got ${JSON.stringify(value)}`);
});

test('refuses what is no object', () => {
	for (const json of [null, [], 'x', undefined]) {
		expect(() => parseGenerationConfig(json)).toThrow('generation_config must be a JSON object');
	}
});
