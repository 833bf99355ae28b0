import { projectPositions } from '../src/lib/gemma3/causalLanguageModel.js';
import { klDivergence, rankOf } from '../src/lib/generation/logitDivergence.js';
import { probabilities } from '../src/lib/generation/softmax.js';
import { topIndices } from '../src/lib/generation/topTokens.js';
import { createTensor, type Tensor } from '../src/lib/tensor/tensor.js';
import type { LensCell, LensRequest, Range } from '../src/lib/trace/trace.js';
import type { LoadedModel } from './loadedModel.js';
import type { ModelRun } from './modelRun.js';

/** Logits that are held at once. */
const logitBudget = 4 * 2 ** 20;

/**
 * Sends hidden states through the final norm and the head, some positions at a time, so that a large
 * vocabulary does not fill the memory.
 *
 * @returns `[layers, positions]`, row-major
 */
export async function computeLens(
	{ model, processor }: Pick<LoadedModel, 'model' | 'processor'>,
	run: Pick<ModelRun, 'hiddenState' | 'input'>,
	{ layers, positions, k, token }: LensRequest,
	signal?: AbortSignal
): Promise<LensCell[]> {
	const { numHiddenLayers, vocabSize } = model.config.textConfig;
	if (token !== undefined && !(Number.isInteger(token) && token >= 0 && token < vocabSize)) {
		throw new RangeError(`invalid token: ${token}, expected an id from 0 to ${vocabSize - 1}`);
	}
	const logitsOf = async (layer: number, part: Range): Promise<Tensor> => {
		signal?.throwIfAborted();
		const state = await run.hiddenState({ layer, positions: part });
		const normed = layer === numHiddenLayers ? state : model.textModel.finalNorm(state);
		const states = createTensor('float32', [1, ...normed.dims], normed.data);
		return projectPositions(model.head, states, 0, signal);
	};
	const [ids] = run.input.inputIds;
	const toCell = (position: number, logits: Float32Array, last: Float32Array): LensCell => {
		const shares = probabilities(logits);
		const scores = topIndices(logits, k).map((id) => ({
			id,
			text: processor.tokenizer.tokenText(id),
			logit: logits[id],
			probability: shares[id]
		}));
		const rank = token === undefined ? null : rankOf(token, logits);
		const nextProbability = position + 1 < ids.length ? shares[ids[position + 1]] : null;
		return { scores, divergence: klDivergence(last, logits), rank, nextProbability };
	};

	const count = positions.end - positions.start;
	const cells: LensCell[] = new Array(layers.length * count);
	const step = Math.max(1, Math.floor(logitBudget / vocabSize));
	for (let start = positions.start; start < positions.end; start += step) {
		const part = { start, end: Math.min(positions.end, start + step) };
		const last = await logitsOf(numHiddenLayers, part);
		for (const [i, layer] of layers.entries()) {
			const logits = layer === numHiddenLayers ? last : await logitsOf(layer, part);
			for (let position = part.start; position < part.end; position++) {
				const row = position - part.start;
				const slice = ({ data }: Tensor) => data.subarray(row * vocabSize, (row + 1) * vocabSize);
				cells[i * count + position - positions.start] = toCell(
					position,
					slice(logits),
					slice(last)
				);
			}
		}
	}
	return cells;
}
