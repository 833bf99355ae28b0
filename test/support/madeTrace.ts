import { createTensor, type Tensor } from '../../src/lib/tensor/tensor.js';
import type {
	AttentionRequest,
	ModelInfo,
	TokenScore,
	TopLogitsRequest,
	Trace,
	TraceToken
} from '../../src/lib/trace/trace.js';
import { toLayerMasks } from '../../src/lib/views/layerMask.js';
import { parseGemma3Config } from '../../src/lib/gemma3/parseConfiguration.js';

/** A small model's configuration: 6 layers, the last global, 4 heads, window 4. */
export const madeConfig = parseGemma3Config({
	model_type: 'gemma3_text',
	vocab_size: 32,
	hidden_size: 16,
	intermediate_size: 32,
	num_hidden_layers: 6,
	num_attention_heads: 4,
	num_key_value_heads: 2,
	head_dim: 8,
	sliding_window: 4,
	max_position_embeddings: 64
});

const model: ModelInfo = {
	name: 'made',
	config: madeConfig,
	device: 'wasm',
	deviceReason: 'Made for tests.',
	dtype: 'fp32',
	weightBytes: 1024,
	recorded: false
};

/** A text token. */
export function textToken(position: number, text: string): TraceToken {
	return { id: position, text, kind: 'text', turn: null, imageIndex: null, position, step: null };
}

/** A control token. */
export function controlToken(position: number, text: string): TraceToken {
	return { ...textToken(position, text), kind: 'control' };
}

/** A soft token of an image. */
export function softToken(position: number, imageIndex: number): TraceToken {
	return { ...textToken(position, '<image_soft_token>'), kind: 'image', imageIndex };
}

/**
 * A trace by formula, for what is drawn and not for what is computed: weights fall off with distance,
 * follow the model's own masks, and every row sums to 1.
 */
export function createMadeTrace(tokens: readonly TraceToken[]): Trace {
	const trace = {
		model,
		tokens,
		pictures: [],
		images: [],
		masks: {
			rule: '5.17' as const,
			slidingWindow: madeConfig.textConfig.slidingWindow,
			attentionMask: tokens.map(() => 1),
			tokenTypeIds: tokens.map((token) => (token.kind === 'image' ? 1 : 0)),
			edits: [],
			promptLength: tokens.length
		}
	};
	const masks = toLayerMasks(trace);
	const size = tokens.length;

	function layerWeights(layer: number): Tensor {
		const heads = madeConfig.textConfig.numAttentionHeads;
		const weights = new Float32Array(heads * size * size);
		for (let head = 0; head < heads; head++) {
			for (let query = 0; query < size; query++) {
				const row = weights.subarray(
					(head * size + query) * size,
					(head * size + query + 1) * size
				);
				row.forEach((_, key) => {
					const open = masks[layer].open[query * size + key] === 1;
					row[key] = open ? 1 / (1 + Math.abs(query - key) * (head + 1)) : 0;
				});
				const sum = row.reduce((a, b) => a + b, 0);
				row.forEach((value, key) => (row[key] = value / sum));
			}
		}
		return createTensor('float32', [heads, size, size], weights);
	}

	return {
		...trace,
		attention: async ({ layer, head }: AttentionRequest, signal?: AbortSignal) => {
			signal?.throwIfAborted();
			const all = layerWeights(layer);
			if (head === undefined) return all;
			const data = all.data.slice(head * size * size, (head + 1) * size * size);
			return createTensor('float32', [1, size, size], data);
		},
		topLogits: async ({ position, k }: TopLogitsRequest): Promise<readonly TokenScore[]> =>
			Array.from({ length: k }, (_, rank) => ({
				id: (position + rank) % 32,
				text: ` t${rank}`,
				logit: 10 - rank,
				probability: 2 ** -(rank + 1)
			})),
		hiddenState: async ({ layer }) => {
			throw new Error(`a made trace has no hidden states (layer ${layer})`);
		},
		lens: async ({ layers }) => {
			throw new Error(`a made trace has no logit lens (layers ${layers.join(', ')})`);
		},
		visionAttention: async ({ layer }) => {
			throw new Error(`a made trace has no vision tower (layer ${layer})`);
		},
		visionState: async ({ layer }) => {
			throw new Error(`a made trace has no vision tower (layer ${layer})`);
		}
	};
}
