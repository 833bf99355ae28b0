import type { Prompt } from '../rpc/services.js';
import { encodeWeights, type Recording } from './recording.js';
import type { TokenScore, Trace } from './trace.js';

/**
 * Records a trace: every attention weight, and the `k` likeliest next tokens of every position.
 *
 * @param prompt what was run to get the trace
 */
export async function recordTrace(
	trace: Trace,
	prompt: Prompt,
	{ k = 10, signal }: { k?: number; signal?: AbortSignal } = {}
): Promise<Recording> {
	const { numHiddenLayers, numAttentionHeads } = trace.model.config.textConfig;
	const positions = trace.tokens.length;
	const layerSize = numAttentionHeads * positions * positions;
	const weights = new Float32Array(numHiddenLayers * layerSize);
	for (let layer = 0; layer < numHiddenLayers; layer++) {
		const attention = await trace.attention({ layer }, signal);
		weights.set(attention.data, layer * layerSize);
	}
	const topLogits: (readonly TokenScore[])[] = [];
	for (let position = 0; position < positions; position++) {
		topLogits.push(await trace.topLogits({ position, k }, signal));
	}
	const { data, maxError } = encodeWeights(weights);
	return {
		format: 'gemma-loupe-trace',
		version: 1,
		prompt,
		model: { ...trace.model, recorded: true },
		tokens: trace.tokens,
		pictures: trace.pictures.map(({ name, width, height, panAndScan }) => ({
			name,
			width,
			height,
			panAndScan
		})),
		images: trace.images,
		masks: trace.masks,
		attentions: {
			dims: [numHiddenLayers, numAttentionHeads, positions, positions],
			encoding: 'uint16-unorm-base64',
			maxError,
			data
		},
		topLogits
	};
}
