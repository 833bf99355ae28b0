import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Gemma3Config } from '../../../src/lib/gemma3/configuration.js';
import { UnsupportedModelError } from '../../../src/lib/gemma3/errors.js';
import { parseGemma3Config } from '../../../src/lib/gemma3/parseConfiguration.js';

const goldens = new URL('../../fixtures/goldens/', import.meta.url);

function parseText(fields: object): Gemma3Config['textConfig'] {
	return parseGemma3Config({ model_type: 'gemma3_text', ...fields }).textConfig;
}

/** A file in the manner of the published 4B: most text fields are left to the defaults. */
const multimodal = {
	architectures: ['Gemma3ForConditionalGeneration'],
	model_type: 'gemma3',
	boi_token_index: 255999,
	eoi_token_index: 256000,
	image_token_index: 262144,
	eos_token_id: [1, 106],
	initializer_range: 0.02,
	mm_tokens_per_image: 256,
	text_config: {
		model_type: 'gemma3_text',
		hidden_size: 2560,
		intermediate_size: 10240,
		num_hidden_layers: 34,
		rope_scaling: { factor: 8.0, rope_type: 'linear' },
		sliding_window: 1024
	},
	vision_config: {
		model_type: 'siglip_vision_model',
		hidden_size: 1152,
		image_size: 896,
		intermediate_size: 4304,
		num_attention_heads: 16,
		num_hidden_layers: 27,
		patch_size: 14,
		vision_use_head: false
	}
};

test('an empty gemma3_text file has the defaults of the reference', () => {
	expect(parseText({})).toEqual({
		vocabSize: 262208,
		hiddenSize: 2304,
		intermediateSize: 9216,
		numHiddenLayers: 26,
		numAttentionHeads: 8,
		numKeyValueHeads: 4,
		headDim: 256,
		hiddenActivation: 'gelu_pytorch_tanh',
		maxPositionEmbeddings: 131072,
		initializerRange: 0.02,
		rmsNormEps: 1e-6,
		padTokenId: 0,
		eosTokenId: [1],
		bosTokenId: 2,
		tieWordEmbeddings: true,
		attentionBias: false,
		queryPreAttnScalar: 256,
		slidingWindow: 4096,
		layerTypes: Array.from({ length: 26 }, (_, layer) =>
			layer % 6 === 5 ? 'full_attention' : 'sliding_attention'
		),
		finalLogitSoftcapping: null,
		ropeParameters: {
			full_attention: { ropeType: 'default', ropeTheta: 1e6 },
			sliding_attention: { ropeType: 'default', ropeTheta: 1e4 }
		},
		useBidirectionalAttention: false
	});
});

test('a text file has no tower, no labels and the token numbers of the reference', () => {
	const { textConfig, ...rest } = parseGemma3Config({ model_type: 'gemma3_text' });
	expect(textConfig.vocabSize).toBe(262208);
	expect(rest).toEqual({
		modelType: 'gemma3_text',
		architectures: [],
		visionConfig: null,
		mmTokensPerImage: 256,
		boiTokenIndex: 255999,
		eoiTokenIndex: 256000,
		imageTokenIndex: 262144,
		initializerRange: 0.02,
		id2label: [],
		problemType: null
	});
});

test('a multimodal file leaves text fields to the defaults', () => {
	const config = parseGemma3Config(multimodal);
	expect(config.textConfig.numHiddenLayers).toBe(34);
	expect(config.textConfig.layerTypes).toHaveLength(34);
	expect(config.textConfig.layerTypes[33]).toBe('sliding_attention');
	expect(config.textConfig.vocabSize).toBe(262208);
	expect(config.textConfig.numAttentionHeads).toBe(8);
	expect(config.textConfig.eosTokenId).toEqual([1, 106]);
	expect(config.textConfig.slidingWindow).toBe(1024);
	expect(config.textConfig.ropeParameters).toEqual({
		full_attention: { ropeType: 'linear', ropeTheta: 1e6, factor: 8 },
		sliding_attention: { ropeType: 'default', ropeTheta: 1e4 }
	});
	expect(config.visionConfig).toEqual({
		hiddenSize: 1152,
		intermediateSize: 4304,
		numHiddenLayers: 27,
		numAttentionHeads: 16,
		numChannels: 3,
		imageSize: 896,
		patchSize: 14,
		hiddenAct: 'gelu_pytorch_tanh',
		layerNormEps: 1e-6
	});
});

test('a multimodal file may name any architecture', () => {
	for (const name of ['Gemma3ForCausalLM', 'Gemma3Model', 'Gemma3ForSequenceClassification']) {
		const config = parseGemma3Config({ ...multimodal, architectures: [name] });
		expect(config.architectures).toEqual([name]);
		expect(config.visionConfig?.imageSize).toBe(896);
	}
});

test('the default tower stands in for a missing vision_config only where it fits', () => {
	const withoutTower = { ...multimodal, vision_config: undefined };
	expect(parseGemma3Config(withoutTower).visionConfig).toBeNull();
	expect(parseGemma3Config({ model_type: 'gemma3' }).textConfig.hiddenSize).toBe(2304);
	const fitting = parseGemma3Config({ ...withoutTower, mm_tokens_per_image: 49 });
	expect(fitting.visionConfig).toMatchObject({ imageSize: 224, patchSize: 16, hiddenSize: 768 });
});

test('every configuration of the reference values parses to what the file says', () => {
	const urls = readdirSync(goldens)
		.map((name) => new URL(`${name}/config.json`, goldens))
		.filter((url) => existsSync(url));
	expect(urls.length).toBeGreaterThanOrEqual(7);
	for (const url of urls) {
		const json = JSON.parse(readFileSync(url, 'utf8'));
		const config = parseGemma3Config(json);
		const text = json.text_config ?? json;
		expect(config.modelType).toBe(json.model_type);
		expect(config.textConfig.layerTypes).toEqual(text.layer_types);
		expect(config.textConfig.slidingWindow).toBe(text.sliding_window);
		expect(config.textConfig.headDim).toBe(text.head_dim);
		expect(config.textConfig.attentionBias).toBe(text.attention_bias);
		expect(config.textConfig.finalLogitSoftcapping).toBe(text.final_logit_softcapping);
		expect(config.textConfig.ropeParameters.full_attention.ropeType).toBe(
			text.rope_parameters.full_attention.rope_type
		);
		expect(config.id2label).toEqual(Object.values(json.id2label ?? {}));
		expect(config.visionConfig?.imageSize).toBe(json.vision_config?.image_size);
	}
});

test('old and new spellings of the layer pattern give the same layers', () => {
	const layers = ['sliding_attention', 'full_attention', 'sliding_attention', 'full_attention'];
	for (const spelling of ['sliding_window_pattern', '_sliding_window_pattern']) {
		expect(parseText({ num_hidden_layers: 4, [spelling]: 2 }).layerTypes).toEqual(layers);
	}
	expect(parseText({ num_hidden_layers: 4, layer_types: layers }).layerTypes).toEqual(layers);
	const both = parseText({ num_hidden_layers: 4, layer_types: layers, sliding_window_pattern: 4 });
	expect(both.layerTypes).toEqual(layers);
});

test('old and new spellings of RoPE give the same parameters', () => {
	const expected = {
		full_attention: { ropeType: 'linear', ropeTheta: 5e5, factor: 4 },
		sliding_attention: { ropeType: 'default', ropeTheta: 2e4 }
	};
	const thetas = { rope_theta: 5e5, rope_local_base_freq: 2e4 };
	const spellings = [
		{ ...thetas, rope_scaling: { rope_type: 'linear', factor: 4 } },
		{ ...thetas, rope_scaling: { type: 'linear', factor: 4 } },
		{
			rope_parameters: {
				full_attention: { rope_type: 'linear', rope_theta: 5e5, factor: 4 },
				sliding_attention: { rope_type: 'default', rope_theta: 2e4 }
			}
		},
		{ ...thetas, rope_parameters: { full_attention: { rope_type: 'linear', factor: 4 } } },
		{
			rope_local_base_freq: 2e4,
			rope_parameters: { full_attention: { rope_theta: 5e5 } },
			rope_scaling: { rope_type: 'linear', factor: 4 }
		}
	];
	for (const spelling of spellings) expect(parseText(spelling).ropeParameters).toEqual(expected);
	expect(parseText({ ...thetas, rope_scaling: null }).ropeParameters.full_attention).toEqual({
		ropeType: 'default',
		ropeTheta: 5e5
	});
});

test('attention both ways halves the window as the reference does', () => {
	const text = parseText({ use_bidirectional_attention: true, sliding_window: 512 });
	expect(text.useBidirectionalAttention).toBe(true);
	expect(text.slidingWindow).toBe(257);
	expect(parseText({ use_bidirectional_attention: null }).useBidirectionalAttention).toBe(false);
});

test('a window may be null only where no layer slides', () => {
	const whole = { sliding_window: null, num_hidden_layers: 1, layer_types: ['full_attention'] };
	expect(parseText(whole).slidingWindow).toBe(131072);
	expect(() => parseText({ sliding_window: null })).toThrow(
		'config.sliding_window: expected a whole number from 1 to 2147483647, got null'
	);
});

test('null and older activation names mean the tanh approximation', () => {
	for (const name of [null, 'gelu_pytorch_tanh', 'gelu_new', 'gelu_fast']) {
		expect(parseText({ hidden_activation: name }).hiddenActivation).toBe('gelu_pytorch_tanh');
	}
	// The reference reads `hidden_activation` alone.
	expect(parseText({ hidden_activation: null, hidden_act: 'gelu' }).hiddenActivation).toBe(
		'gelu_pytorch_tanh'
	);
});

test('token ids may be lists, null, or spelled with _id', () => {
	expect(parseText({ eos_token_id: 7 }).eosTokenId).toEqual([7]);
	expect(parseText({ eos_token_id: [1, 106] }).eosTokenId).toEqual([1, 106]);
	expect(parseText({ pad_token_id: null }).padTokenId).toBe(0);
	const config = parseGemma3Config({
		model_type: 'gemma3',
		boi_token_id: 510,
		eoi_token_id: 511,
		image_token_id: 512
	});
	expect([config.boiTokenIndex, config.eoiTokenIndex, config.imageTokenIndex]).toEqual([
		510, 511, 512
	]);
});

test('tied weights and end tokens follow the outer file where it speaks of them', () => {
	const untied = { ...multimodal, tie_word_embeddings: false };
	expect(parseGemma3Config(untied).textConfig.tieWordEmbeddings).toBe(false);
	const inner = { ...multimodal.text_config, tie_word_embeddings: false, eos_token_id: 9 };
	const silent = { ...multimodal, eos_token_id: undefined };
	const config = parseGemma3Config({ ...silent, text_config: inner });
	expect(config.textConfig.tieWordEmbeddings).toBe(false);
	expect(config.textConfig.eosTokenId).toEqual([9]);
});

test('labels come from id2label, num_labels, or the default of two', () => {
	const text = { model_type: 'gemma3_text' };
	const classifier = { ...text, architectures: ['Gemma3ForSequenceClassification'] };
	expect(parseGemma3Config({ ...text, id2label: { 1: 'b', 0: 'a' } }).id2label).toEqual(['a', 'b']);
	expect(parseGemma3Config({ ...text, num_labels: 1 }).id2label).toEqual(['LABEL_0']);
	expect(parseGemma3Config(classifier).id2label).toEqual(['LABEL_0', 'LABEL_1']);
	expect(parseGemma3Config({ ...text, problem_type: 'regression' }).problemType).toBe('regression');
});

const text = (fields: object) => ({ model_type: 'gemma3_text', ...fields });
const nested = (fields: object) => ({
	...multimodal,
	text_config: { ...multimodal.text_config, ...fields }
});
const vision = (fields: object) => ({
	...multimodal,
	vision_config: { ...multimodal.vision_config, ...fields }
});

test.each<[unknown, string]>([
	[null, 'config: expected a JSON object, got null'],
	[[], 'config: expected a JSON object, got []'],
	['gemma3', 'config: expected a JSON object, got "gemma3"'],
	[undefined, 'config: expected a JSON object, got nothing'],
	[{}, 'config.model_type: expected "gemma3" or "gemma3_text", got nothing'],
	[{ model_type: 'llama' }, 'config.model_type: expected "gemma3" or "gemma3_text", got "llama"'],
	[{ model_type: 'gemma2' }, 'got "gemma2"'],
	[{ model_type: 'gemma3n' }, 'got "gemma3n"'],
	[{ model_type: 3 }, 'config.model_type: expected "gemma3" or "gemma3_text", got 3'],
	[{ model_type: 'gemma3', text_config: 5 }, 'config.text_config: expected a JSON object, got 5'],
	[nested({ model_type: 'gemma2' }), 'config.text_config.model_type: expected "gemma3_text"'],
	[{ model_type: 'gemma3', hidden_size: 64 }, 'config.text_config: expected an object that holds'],
	[text({ architectures: 'X' }), 'config.architectures: expected a list of strings, got "X"'],
	[text({ hidden_size: -1 }), 'config.hidden_size: expected a whole number from 1 to 2147483647'],
	[text({ hidden_size: 0 }), 'got 0'],
	[text({ hidden_size: 64.5 }), 'got 64.5'],
	[text({ hidden_size: '64' }), 'got "64"'],
	[text({ head_dim: null }), 'config.head_dim: expected a whole number'],
	[text({ head_dim: 33 }), 'config.head_dim: expected an even number: RoPE turns pairs, got 33'],
	[text({ vocab_size: 1e12 }), 'config.vocab_size'],
	[text({ num_hidden_layers: 1e9 }), 'config.num_hidden_layers: expected a whole number from 1 to'],
	[text({ num_attention_heads: 6 }), 'config.num_key_value_heads: expected a divisor of num_att'],
	[nested({ num_key_value_heads: 3 }), 'config.text_config.num_key_value_heads'],
	[text({ hidden_activation: 'silu' }), 'config.hidden_activation: expected "gelu_pytorch_tanh"'],
	[text({ layer_types: ['full_attention'] }), 'config.layer_types: expected a list of 26 entries'],
	[text({ layer_types: 'full_attention' }), 'config.layer_types: expected a list of 26 entries'],
	[
		text({ num_hidden_layers: 2, layer_types: ['full_attention', 'chunked_attention'] }),
		'(entry 1 is not), got ["full_attention","chunked_attention"]'
	],
	[text({ sliding_window_pattern: 0 }), 'config.sliding_window_pattern: expected a whole number'],
	[text({ sliding_window: 0 }), 'config.sliding_window: expected a whole number'],
	[text({ rope_scaling: { rope_type: 'yarn', factor: 2 } }), 'config.rope_scaling.rope_type: exp'],
	[text({ rope_scaling: { type: 'dynamic', factor: 2 } }), 'config.rope_scaling.type: expected'],
	[text({ rope_scaling: { factor: 2 } }), 'config.rope_scaling.rope_type: expected the name'],
	[
		text({ rope_scaling: { rope_type: 'linear' } }),
		'config.rope_scaling.factor: expected a number'
	],
	[text({ rope_scaling: { rope_type: 'linear', factor: 0 } }), 'config.rope_scaling.factor'],
	[text({ rope_scaling: 8 }), 'config.rope_scaling: expected a JSON object, got 8'],
	[text({ rope_theta: -1 }), 'config.rope_theta: expected a number above 0, got -1'],
	[
		text({ rope_parameters: { rope_type: 'default', rope_theta: 1e4 } }),
		'config.rope_parameters: expected one entry for full_attention'
	],
	[
		nested({ rope_parameters: { full_attention: { rope_type: 'llama3' } }, rope_scaling: null }),
		'config.text_config.rope_parameters.full_attention.rope_type: expected "default" or "linear"'
	],
	[
		text({ rope_parameters: { sliding_attention: { partial_rotary_factor: 0.5 } } }),
		'config.rope_parameters.sliding_attention.partial_rotary_factor'
	],
	[text({ rms_norm_eps: 0 }), 'config.rms_norm_eps: expected a number above 0, got 0'],
	[text({ query_pre_attn_scalar: null }), 'config.query_pre_attn_scalar'],
	[text({ final_logit_softcapping: -30 }), 'config.final_logit_softcapping'],
	[text({ attention_bias: 'yes' }), 'config.attention_bias: expected true or false, got "yes"'],
	[text({ eos_token_id: [1, 'x'] }), 'config.eos_token_id: expected a token id or a list of'],
	[text({ pad_token_id: -1 }), 'config.pad_token_id: expected a token id, got -1'],
	[
		text({ initializer_range: -1 }),
		'config.initializer_range: expected a number that is 0 or more'
	],
	[
		text({ id2label: { 0: 'a', 2: 'c' } }),
		'config.id2label.1: expected the name of a label, got n'
	],
	[text({ problem_type: 'ranking' }), 'config.problem_type: expected "regression" or'],
	[vision({ model_type: 'clip_vision_model' }), 'config.vision_config.model_type'],
	[vision({ image_size: 900 }), 'config.vision_config.image_size: expected a multiple of patch_'],
	[vision({ hidden_act: 'gelu' }), 'config.vision_config.hidden_act: expected "gelu_pytorch_tanh"'],
	[vision({ num_attention_heads: 7 }), 'config.vision_config.num_attention_heads: expected a div'],
	[vision({ patch_size: '14' }), 'config.vision_config.patch_size'],
	[{ ...multimodal, mm_tokens_per_image: 255 }, 'config.mm_tokens_per_image: expected the square'],
	[{ ...multimodal, mm_tokens_per_image: 9 }, 'config.mm_tokens_per_image: expected the square'],
	[{ ...multimodal, vision_config: [] }, 'config.vision_config: expected a JSON object, got []']
])('%j is refused by name', (json, message) => {
	expect(() => parseGemma3Config(json)).toThrow(UnsupportedModelError);
	expect(() => parseGemma3Config(json)).toThrow(message);
});

test('a long value is shortened in the message', () => {
	expect(() => parseGemma3Config(text({ hidden_size: 'x'.repeat(10_000) }))).toThrow(/^.{1,200}$/);
});
