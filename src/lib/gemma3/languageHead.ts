import type { DeviceTensor } from '../runtime/deviceTensor.js';
import { GraphBuilder } from '../onnx/graphBuilder.js';
import type { Runtime, Session } from '../runtime/runtime.js';
import type { WeightBuffers } from '../runtime/weightBuffers.js';
import { weightByteLength, type Weight } from '../tensor/packedMatrix.js';
import { createTensor, type Tensor } from '../tensor/tensor.js';
import type { Gemma3TextConfig } from './configuration.js';
import type { Weights } from './weights.js';
import { buildHeadGraph } from './headGraph.js';

/** `[vocabSize, hiddenSize]`. A tied head is not among the weights: it is the embedding. */
export function headWeight(weights: Weights): Weight {
	return weights.get('lm_head.weight') ?? weights.get('embed_tokens.weight')!;
}

/** The language model head of one checkpoint, loaded on one device. */
export class LanguageHead {
	private constructor(
		readonly runtime: Runtime,
		readonly session: Session,
		/** Bytes of weights held on the device. */
		readonly weightBytes: number
	) {}

	/** @param buffers where the weights lie on the GPU */
	static async create(
		runtime: Runtime,
		config: Gemma3TextConfig,
		weights: Weights,
		buffers?: WeightBuffers
	) {
		const weight = headWeight(weights);
		const { maxWeightBytes } = runtime;
		const builder = new GraphBuilder({ weightInputs: buffers !== undefined, maxWeightBytes });
		const graph = buildHeadGraph(weight, config.finalLogitSoftcapping, builder);
		const session = await runtime.createSession(graph, buffers);
		return new LanguageHead(runtime, session, weightByteLength(weight));
	}

	/**
	 * Logits of some positions, `[rows, vocabSize]`.
	 *
	 * @param hiddenStates after the final norm, `[batch, positions, hiddenSize]`
	 * @param rows indices into batch × positions
	 */
	async logits(
		hiddenStates: DeviceTensor | Tensor,
		rows: readonly number[],
		signal?: AbortSignal
	): Promise<Tensor> {
		const { Tensor } = this.runtime.ort;
		const states =
			'inner' in hiddenStates
				? hiddenStates.inner
				: new Tensor('float32', hiddenStates.data, hiddenStates.dims);
		const feeds = {
			hidden_states: states,
			logit_rows: new Tensor('int64', BigInt64Array.from(rows, BigInt), [rows.length])
		};
		const { logits } = await this.session.run(feeds, ['logits'], signal);
		const data = (await this.runtime.guard(logits.getData(true))) as Float32Array;
		return createTensor('float32', logits.dims, data);
	}

	dispose(): Promise<void> {
		return this.session.dispose();
	}
}
