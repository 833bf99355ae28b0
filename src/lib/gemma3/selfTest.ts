import type { Runtime } from '../runtime/runtime.js';
import type { WeightDtype } from '../tensor/packedMatrix.js';
import type { Tensor } from '../tensor/tensor.js';
import { Gemma3ForCausalLM } from './causalLanguageModel.js';
import { parseGemma3Config } from './parseConfiguration.js';
import { createRandomWeights } from './pretrained.js';
import { packWeights } from './weights.js';

/** A model of both layer kinds, small enough to run in a moment. */
const config = parseGemma3Config({
	model_type: 'gemma3_text',
	architectures: ['Gemma3ForCausalLM'],
	vocab_size: 160,
	hidden_size: 64,
	intermediate_size: 96,
	num_hidden_layers: 2,
	num_attention_heads: 4,
	num_key_value_heads: 1,
	head_dim: 32,
	query_pre_attn_scalar: 32,
	sliding_window: 16,
	layer_types: ['sliding_attention', 'full_attention'],
	initializer_range: 0.2,
	max_position_embeddings: 128
});

/** More than the 32 from which some kernels take another path. */
const ids = Array.from({ length: 40 }, (_, i) => (i * 37 + 11) % 160);

/** Of max(1, largest value): drivers differ in the last bits, and a wrong one by far more. */
export const selfTestTolerance = 1e-3;

/**
 * Runs a small model on a device and on another that is known to be right: a prompt, and a token
 * after it, with the weights as they will be.
 *
 * @returns the largest difference of logits and attention, as a part of max(1, largest value)
 */
export async function selfTest(
	tested: Runtime,
	reference: Runtime,
	dtype: WeightDtype = 'fp32',
	signal?: AbortSignal
): Promise<number> {
	const expected = await runSmallModel(reference, dtype);
	signal?.throwIfAborted();
	const actual = await runSmallModel(tested, dtype);
	return expected.reduce((error, tensor, i) => Math.max(error, distance(actual[i], tensor)), 0);
}

async function runSmallModel(runtime: Runtime, dtype: WeightDtype): Promise<Tensor[]> {
	const weights = packWeights(createRandomWeights(config, { head: 'lm' }, 1), dtype);
	const model = await Gemma3ForCausalLM.fromWeights(config, weights, { runtime });
	try {
		const first = await model.forward({
			inputIds: [ids],
			useCache: true,
			outputAttentions: true
		});
		const { pastKeyValues } = first;
		const next = await model.forward({ inputIds: [[7]], pastKeyValues });
		pastKeyValues?.dispose();
		return [first.logits, ...first.attentions!, next.logits];
	} finally {
		await model.dispose();
	}
}

/** Infinite where a value is no number, or the shapes differ. */
function distance({ data }: Tensor, expected: Tensor): number {
	if (data.length !== expected.data.length) return Infinity;
	let scale = 1;
	let error = 0;
	for (let i = 0; i < data.length; i++) {
		const difference = Math.abs(data[i] - expected.data[i]);
		if (!(difference <= error)) error = Number.isNaN(difference) ? Infinity : difference;
		scale = Math.max(scale, Math.abs(expected.data[i]));
	}
	return error / scale;
}
