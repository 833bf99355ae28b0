import type { SiglipVisionConfig } from './configuration.js';
import { ConfigurationReader } from './configurationReader.js';
import { tanhGeluSpellings } from './parseTextConfiguration.js';

/**
 * The vision tower of a `gemma3` file.
 * Ports the defaults of SiglipVisionConfig (transformers, configuration_siglip.py).
 *
 * A file without `vision_config` has SigLIP's default tower, as in the reference, if its patches
 * can be pooled to `mmTokensPerImage`; otherwise (all published text-only extracts) it has none.
 *
 * @returns null for a checkpoint without a tower
 * @throws UnsupportedModelError naming the field that does not fit
 */
export function parseVisionConfiguration(
	whole: ConfigurationReader,
	mmTokensPerImage: number
): SiglipVisionConfig | null {
	const written = whole.maybeObject('vision_config');
	const vision = written ?? new ConfigurationReader({}, `${whole.path}.vision_config`);
	vision.oneOf('model_type', ['siglip_vision_model'], 'siglip_vision_model');
	const imageSize = vision.size('image_size', 224);
	const patchSize = vision.size('patch_size', 16);
	if (imageSize % patchSize !== 0) {
		vision.refuse('image_size', `a multiple of patch_size, ${patchSize},`);
	}
	const patchesPerSide = imageSize / patchSize;
	const tokensPerSide = Math.sqrt(mmTokensPerImage);
	if (!Number.isInteger(tokensPerSide) || patchesPerSide % tokensPerSide !== 0) {
		if (!written) return null;
		whole.refuse(
			'mm_tokens_per_image',
			`the square of a divisor of ${patchesPerSide} (the patches along a side of the image)`
		);
	}
	const hiddenSize = vision.size('hidden_size', 768);
	const numAttentionHeads = vision.size('num_attention_heads', 12);
	if (hiddenSize % numAttentionHeads !== 0) {
		vision.refuse('num_attention_heads', `a divisor of hidden_size, ${hiddenSize},`);
	}
	vision.oneOf('hidden_act', tanhGeluSpellings, 'gelu_pytorch_tanh');
	return {
		hiddenSize,
		intermediateSize: vision.size('intermediate_size', 3072),
		numHiddenLayers: vision.size('num_hidden_layers', 12, 4096),
		numAttentionHeads,
		numChannels: vision.size('num_channels', 3),
		imageSize,
		patchSize,
		hiddenAct: 'gelu_pytorch_tanh',
		layerNormEps: vision.positive('layer_norm_eps', 1e-6)
	};
}
