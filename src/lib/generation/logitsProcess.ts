import {
	divideByTemperature,
	penalizeRepetition,
	selectAbove,
	selectMinP,
	selectTopK,
	selectTopP
} from './logitsWarpers.js';
import { toSamplingParameters, type SamplingParameters } from './samplingParameters.js';

export type LogitsStageName =
	'raw' | 'repetitionPenalty' | 'temperature' | 'topK' | 'topP' | 'minP';

/** The logits after one stage. */
export interface LogitsStage {
	readonly name: LogitsStageName;
	/** `[vocabSize]`; -Infinity where filtered out. Shared with the stage before if that is off. */
	readonly logits: Float32Array;
	/** Tokens that are not filtered out. */
	readonly kept: number;
}

export interface ProcessLogitsOptions extends Partial<SamplingParameters> {
	/** Prompt and generated tokens, for the repetition penalty. */
	readonly inputIds?: Iterable<number>;
}

/** Six stages, the untouched logits first, and the logits of the last one. */
export interface ProcessedLogits {
	readonly stages: readonly LogitsStage[];
	readonly logits: Float32Array;
}

/**
 * Logits after every stage of sampling, in the reference's order. A parameter that is left out does
 * nothing; the defaults of generation configs are in `parseGenerationConfig`. For greedy decoding
 * pass the repetition penalty alone: the reference skips the rest.
 * Ports GenerationMixin._get_logits_processor (transformers, generation/utils.py).
 *
 * @param logits `[vocabSize]`, not changed
 * @throws RangeError if a parameter breaks a rule of the reference, an id lies outside the
 * vocabulary, a logit is NaN or +Infinity (also by a tiny temperature or penalty), or none is left
 */
export function processLogits(
	logits: Float32Array,
	{ inputIds = [], ...options }: ProcessLogitsOptions = {}
): ProcessedLogits {
	const parameters = toSamplingParameters(options);
	const { repetitionPenalty, temperature, topK, topP, minP } = parameters;
	const raw = createStage('raw', logits);
	const penalized =
		repetitionPenalty === 1
			? rename(raw, 'repetitionPenalty')
			: createStage(
					'repetitionPenalty',
					penalizeRepetition(logits, checkIds(inputIds, logits.length), repetitionPenalty)
				);
	const tempered =
		temperature === 1
			? rename(penalized, 'temperature')
			: createStage('temperature', divideByTemperature(penalized.logits, temperature));
	const filtered = filter(tempered, [
		{ name: 'topK', select: topK === 0 ? null : (values) => selectTopK(values, topK) },
		{ name: 'topP', select: topP === 1 ? null : (values) => selectTopP(values, topP) },
		{ name: 'minP', select: minP === null ? null : (values) => selectMinP(values, minP) }
	]);
	const stages = [raw, penalized, tempered, ...filtered];
	return { stages, logits: stages[stages.length - 1].logits };
}

interface Filter {
	readonly name: LogitsStageName;
	/** Indices to keep of the logits given, rising; null if the filter is off. */
	readonly select: ((logits: Float32Array) => Uint32Array) | null;
}

/** Each filter sees only what the one before it kept, so that all after top-k are cheap. */
function filter(stage: LogitsStage, filters: readonly Filter[]): LogitsStage[] {
	const { logits } = stage;
	let previous = stage;
	let ids: Uint32Array | null = null;
	return filters.map(({ name, select }) => {
		if (select === null) return (previous = rename(previous, name));
		if (ids === null && previous.kept < logits.length) ids = finiteIndices(logits);
		const indices = select(ids === null ? logits : gather(logits, ids));
		ids = ids === null ? indices : gather(ids, indices);
		return (previous = { name, logits: keepOnly(logits, ids), kept: ids.length });
	});
}

function finiteIndices(logits: Float32Array): Uint32Array {
	return selectAbove(logits, -Number.MAX_VALUE);
}

function gather<T extends Float32Array | Uint32Array>(values: T, indices: Uint32Array): T {
	const result = values.slice(0, indices.length) as T;
	for (let i = 0; i < indices.length; i++) result[i] = values[indices[i]];
	return result;
}

function keepOnly(logits: Float32Array, ids: Uint32Array): Float32Array {
	const result = new Float32Array(logits.length).fill(-Infinity);
	for (let i = 0; i < ids.length; i++) result[ids[i]] = logits[ids[i]];
	return result;
}

function rename(stage: LogitsStage, name: LogitsStageName): LogitsStage {
	return { ...stage, name };
}

function createStage(name: LogitsStageName, logits: Float32Array): LogitsStage {
	let kept = 0;
	for (let i = 0; i < logits.length; i++) {
		if (logits[i] === -Infinity) continue;
		if (!(logits[i] < Infinity)) {
			throw new RangeError(
				`${name}: the logit of token ${i} is ${logits[i]}; only finite logits can be sampled`
			);
		}
		kept++;
	}
	if (kept === 0) {
		throw new RangeError(`${name}: none of ${logits.length} logits is above -Infinity`);
	}
	return { name, logits, kept };
}

function checkIds(inputIds: Iterable<number>, vocabSize: number): ReadonlySet<number> {
	const ids = new Set(inputIds);
	for (const id of ids) {
		if (!Number.isInteger(id) || id < 0 || id >= vocabSize) {
			throw new RangeError(`input id ${id} is outside the vocabulary of ${vocabSize} tokens`);
		}
	}
	return ids;
}
