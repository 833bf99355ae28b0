import { createNormal } from '../tensor/random.js';
import { createTensor, elementCount, type Tensor } from '../tensor/tensor.js';
import type { Gemma3Config } from './configuration.js';
import type { ExpectedWeights } from './expectedWeights.js';

/**
 * Weights of a model that was never trained: normal with deviation `initializerRange`, norms that
 * change nothing, biases of 0, and the padding token's embedding 0, as transformers has it. Unlike
 * there, the vision tower and the projector are normal too (a projector of zeros would show no
 * image). A weight depends on the seed and its name only, not on what else the model has.
 */
export function randomWeights(
	expected: ExpectedWeights,
	{ textConfig, initializerRange }: Gemma3Config,
	seed: number
): Map<string, Tensor> {
	const weights = new Map<string, Tensor>();
	for (const [name, shape] of expected) {
		const data = new Float32Array(elementCount(shape));
		const isVision = /^(vision_tower|multi_modal_projector)\./.test(name);
		if (/norm\w*\.weight$/.test(name)) {
			// Gemma's norms multiply by 1 + weight, SigLIP's by the weight.
			if (name.startsWith('vision_tower.')) data.fill(1);
		} else if (!name.endsWith('.bias')) {
			const normal = createNormal(seed, name);
			const deviation = isVision ? initializerRange : textConfig.initializerRange;
			for (let i = 0; i < data.length; i++) data[i] = deviation * normal();
		}
		if (name === 'embed_tokens.weight') {
			const { padTokenId, hiddenSize } = textConfig;
			data.fill(0, padTokenId * hiddenSize, (padTokenId + 1) * hiddenSize);
		}
		weights.set(name, createTensor('float32', shape, data));
	}
	return weights;
}
