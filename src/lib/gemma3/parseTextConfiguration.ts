import type { Gemma3TextConfig, LayerType } from './configuration.js';
import type { ConfigurationReader } from './configurationReader.js';
import { parseRopeParameters } from './parseRopeParameters.js';

/** Spellings of one function: the tanh approximation of GELU. */
export const tanhGeluSpellings = ['gelu_pytorch_tanh', 'gelu_new', 'gelu_fast'] as const;

const layerTypes: readonly unknown[] = ['sliding_attention', 'full_attention'];
const maxLayers = 4096;

/**
 * The text configuration, from a flat `gemma3_text` file or from `text_config` of a `gemma3` file.
 * Ports the defaults of Gemma3TextConfig (transformers, configuration_gemma3.py).
 *
 * @param whole the whole file, which decides end tokens and tied weights where it speaks of them
 * @throws UnsupportedModelError naming the field that does not fit
 */
export function parseTextConfiguration(
	text: ConfigurationReader,
	whole: ConfigurationReader
): Gemma3TextConfig {
	const numHiddenLayers = text.size('num_hidden_layers', 26, maxLayers);
	const numAttentionHeads = text.size('num_attention_heads', 8);
	const numKeyValueHeads = text.size('num_key_value_heads', 4);
	if (numAttentionHeads % numKeyValueHeads !== 0) {
		text.refuse('num_key_value_heads', `a divisor of num_attention_heads, ${numAttentionHeads},`);
	}
	const headDim = text.size('head_dim', 256);
	if (headDim % 2 !== 0) text.refuse('head_dim', 'an even number: RoPE turns pairs');
	text.oneOf('hidden_activation', tanhGeluSpellings, 'gelu_pytorch_tanh');
	const kinds = parseLayerTypes(text, numHiddenLayers);
	const useBidirectionalAttention = text.boolean('use_bidirectional_attention', false);
	return {
		vocabSize: text.size('vocab_size', 262_208),
		hiddenSize: text.size('hidden_size', 2304),
		intermediateSize: text.size('intermediate_size', 9216),
		numHiddenLayers,
		numAttentionHeads,
		numKeyValueHeads,
		headDim,
		hiddenActivation: 'gelu_pytorch_tanh',
		maxPositionEmbeddings: text.size('max_position_embeddings', 131_072),
		initializerRange: text.nonNegative('initializer_range', 0.02),
		rmsNormEps: text.positive('rms_norm_eps', 1e-6),
		padTokenId: text.tokenId('pad_token_id', 0),
		eosTokenId: whole.tokenIds('eos_token_id', text.tokenIds('eos_token_id', [1])),
		bosTokenId: text.tokenId('bos_token_id', 2),
		tieWordEmbeddings: whole.boolean(
			'tie_word_embeddings',
			text.boolean('tie_word_embeddings', true)
		),
		attentionBias: text.boolean('attention_bias', false),
		queryPreAttnScalar: text.positive('query_pre_attn_scalar', 256),
		slidingWindow: parseSlidingWindow(text, kinds, useBidirectionalAttention),
		layerTypes: kinds,
		finalLogitSoftcapping: text.has('final_logit_softcapping')
			? text.positive('final_logit_softcapping', 1)
			: null,
		ropeParameters: parseRopeParameters(text),
		useBidirectionalAttention
	};
}

function parseLayerTypes(text: ConfigurationReader, numHiddenLayers: number): readonly LayerType[] {
	if (!text.has('layer_types')) {
		const spelling = text.spelling('sliding_window_pattern', '_sliding_window_pattern');
		const pattern = text.has(spelling) ? text.size(spelling, 6) : 6;
		return Array.from({ length: numHiddenLayers }, (_, layer) =>
			(layer + 1) % pattern === 0 ? 'full_attention' : 'sliding_attention'
		);
	}
	const kinds = text.get('layer_types');
	if (!Array.isArray(kinds) || kinds.length !== numHiddenLayers) {
		text.refuse('layer_types', `a list of ${numHiddenLayers} entries, one a layer`);
	}
	const unknown = kinds.findIndex((kind) => !layerTypes.includes(kind));
	if (unknown >= 0) {
		text.refuse(
			'layer_types',
			`only "sliding_attention" or "full_attention" (entry ${unknown} is not)`
		);
	}
	return kinds as readonly LayerType[];
}

/** Null is allowed where no layer slides; the window is then the whole context. */
function parseSlidingWindow(
	text: ConfigurationReader,
	kinds: readonly LayerType[],
	useBidirectionalAttention: boolean
): number {
	if (text.get('sliding_window') === null && !kinds.includes('sliding_attention')) {
		return text.size('max_position_embeddings', 131_072);
	}
	const window = text.size('sliding_window', 4096);
	// The reference halves the window when it looks both ways, and counts the query itself.
	return useBidirectionalAttention ? Math.floor(window / 2) + 1 : window;
}
