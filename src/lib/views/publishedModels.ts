import type { Gemma3TextConfig, LayerType } from '../gemma3/configuration.js';

/** What of a released model's configuration decides its windows and its cache. */
export interface PublishedModel extends Pick<
	Gemma3TextConfig,
	| 'numHiddenLayers'
	| 'hiddenSize'
	| 'numAttentionHeads'
	| 'numKeyValueHeads'
	| 'headDim'
	| 'queryPreAttnScalar'
	| 'slidingWindow'
	| 'layerTypes'
	| 'ropeParameters'
> {
	readonly name: string;
	/** Tokens: the context that the model card states. */
	readonly contextLength: number;
	/** Whether it reads pictures. */
	readonly hasVision: boolean;
}

/** Five local layers, then a global one; a model's last layers are local where 6 does not divide. */
function toLayerTypes(numHiddenLayers: number): LayerType[] {
	return Array.from({ length: numHiddenLayers }, (_, layer) =>
		(layer + 1) % 6 === 0 ? 'full_attention' : 'sliding_attention'
	);
}

function describe(
	name: string,
	shape: Omit<PublishedModel, 'name' | 'layerTypes' | 'ropeParameters'>,
	globalFactor: number
): PublishedModel {
	const ropeTheta = 1_000_000;
	return {
		name,
		...shape,
		layerTypes: toLayerTypes(shape.numHiddenLayers),
		ropeParameters: {
			sliding_attention: { ropeType: 'default', ropeTheta: 10_000 },
			full_attention:
				globalFactor === 1
					? { ropeType: 'default', ropeTheta }
					: { ropeType: 'linear', ropeTheta, factor: globalFactor }
		}
	};
}

/**
 * The released Gemma 3 models. Figures: the model definitions of google-deepmind/gemma
 * (gemma/gm/nn/_gemma.py: layers, heads, head size, window, RoPE bases and scale, query scaling);
 * context lengths: the Gemma 3 model card.
 */
export const publishedModels: readonly PublishedModel[] = [
	describe(
		'Gemma 3 270M',
		{
			numHiddenLayers: 18,
			hiddenSize: 640,
			numAttentionHeads: 4,
			numKeyValueHeads: 1,
			headDim: 256,
			queryPreAttnScalar: 256,
			slidingWindow: 512,
			contextLength: 32_768,
			hasVision: false
		},
		1
	),
	describe(
		'Gemma 3 1B',
		{
			numHiddenLayers: 26,
			hiddenSize: 1152,
			numAttentionHeads: 4,
			numKeyValueHeads: 1,
			headDim: 256,
			queryPreAttnScalar: 256,
			slidingWindow: 512,
			contextLength: 32_768,
			hasVision: false
		},
		1
	),
	describe(
		'Gemma 3 4B',
		{
			numHiddenLayers: 34,
			hiddenSize: 2560,
			numAttentionHeads: 8,
			numKeyValueHeads: 4,
			headDim: 256,
			queryPreAttnScalar: 256,
			slidingWindow: 1024,
			contextLength: 131_072,
			hasVision: true
		},
		8
	),
	describe(
		'Gemma 3 12B',
		{
			numHiddenLayers: 48,
			hiddenSize: 3840,
			numAttentionHeads: 16,
			numKeyValueHeads: 8,
			headDim: 256,
			queryPreAttnScalar: 256,
			slidingWindow: 1024,
			contextLength: 131_072,
			hasVision: true
		},
		8
	),
	describe(
		'Gemma 3 27B',
		{
			numHiddenLayers: 62,
			hiddenSize: 5376,
			numAttentionHeads: 32,
			numKeyValueHeads: 16,
			headDim: 128,
			// hidden size / heads, not the head size.
			queryPreAttnScalar: 168,
			slidingWindow: 1024,
			contextLength: 131_072,
			hasVision: true
		},
		8
	)
];
