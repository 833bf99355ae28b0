import {
	applyScoreFunction,
	labelOf,
	lastTokenOf,
	scoreFunctionOf,
	scoreLogits
} from '../src/lib/gemma3/scoreHead.js';
import type { Tensor } from '../src/lib/tensor/tensor.js';
import type { Classification } from '../src/lib/trace/classification.js';
import type { TraceToken } from '../src/lib/trace/trace.js';
import type { LoadedModel } from './loadedModel.js';
import type { ModelRun } from './modelRun.js';

/**
 * Reads a run, whose masks and pictures count, by the checkpoint's classification head.
 *
 * @param tokens of the run
 * @throws Error if the checkpoint has no head, or one that its labels do not fit
 */
export async function classifyRun(
	loaded: Pick<LoadedModel, 'info' | 'score' | 'lostScore'>,
	run: Pick<ModelRun, 'hiddenState' | 'input'>,
	tokens: readonly TraceToken[],
	signal?: AbortSignal
): Promise<Classification> {
	signal?.throwIfAborted();
	const score = scoreOf(loaded);
	const { config } = loaded.info;
	const { numHiddenLayers, padTokenId } = config.textConfig;
	const position = lastTokenOf(run.input.inputIds[0], padTokenId);
	const positions = { start: position, end: position + 1 };
	const state = await run.hiddenState({ layer: numHiddenLayers, positions });
	signal?.throwIfAborted();
	const logits = scoreLogits(score, state.data);
	const scoreFunction = scoreFunctionOf(config, logits.length);
	const scores = applyScoreFunction(logits, scoreFunction);
	const labels = Array.from(logits, (logit, i) => ({
		label: labelOf(config, i),
		logit,
		probability: scoreFunction === 'none' ? null : scores[i]
	}));
	return { token: tokens[position], scoreFunction, labels };
}

function scoreOf({
	info,
	score,
	lostScore
}: Pick<LoadedModel, 'info' | 'score' | 'lostScore'>): Tensor {
	const { name, config } = info;
	const count = config.id2label.length;
	if (score === null && lostScore && count > 0) {
		throw new Error(
			`${name} was kept in this browser by an older version, which left the classification head out`
		);
	}
	if (score === null) {
		throw new Error(
			`the checkpoint of ${name} has no classification head (score.weight), from which labels come`
		);
	}
	if (count > 0 && count !== score.dims[0]) {
		throw new Error(
			`the classification head of ${name} has ${score.dims[0]} rows, but its config.json names ${count} labels`
		);
	}
	return score;
}
