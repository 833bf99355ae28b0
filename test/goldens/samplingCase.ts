import { readFileSync } from 'node:fs';
import { processLogits } from '../../src/lib/generation/logitsProcess.js';
import { probabilities } from '../../src/lib/generation/softmax.js';

/** One entry of a sampling.json, as the reference wrote it. */
export interface SamplingGolden {
	readonly logits: readonly number[];
	readonly input_ids: readonly number[];
	readonly temperature: number;
	readonly top_k: number;
	readonly top_p: number;
	readonly min_p: number | null;
	readonly repetition_penalty: number;
	readonly probabilities: readonly number[];
}

/** Probabilities in float32, after the same five steps. */
const tolerance = 1e-6;

/**
 * Compares the probabilities after all stages with each case of a sampling.json.
 *
 * @throws Error if the file holds no case, or one whose probabilities are not one a logit
 */
export function runSamplingCase(
	path: string
): { name: string; maxError: number; tolerance: number }[] {
	const cases: readonly SamplingGolden[] = JSON.parse(readFileSync(path, 'utf8'));
	if (!Array.isArray(cases) || cases.length === 0) throw new Error(`${path} holds no case`);
	return cases.map((golden, i) => ({
		name:
			`sampling ${i}: ${golden.logits.length} logits, ` +
			`penalty ${golden.repetition_penalty}, temperature ${golden.temperature}, ` +
			`top-k ${golden.top_k}, top-p ${golden.top_p}, min-p ${golden.min_p}`,
		maxError: maxError(computeProbabilities(golden), golden.probabilities),
		tolerance
	}));
}

/** Our probabilities for a case. */
export function computeProbabilities(golden: SamplingGolden): Float32Array {
	const { logits } = processLogits(Float32Array.from(golden.logits), {
		inputIds: golden.input_ids,
		repetitionPenalty: golden.repetition_penalty,
		temperature: golden.temperature,
		topK: golden.top_k,
		topP: golden.top_p,
		minP: golden.min_p
	});
	return probabilities(logits);
}

function maxError(actual: Float32Array, expected: readonly number[]): number {
	if (actual.length !== expected.length) {
		throw new Error(`${expected.length} probabilities for ${actual.length} logits`);
	}
	// A NaN or a missing number must not pass for a small error.
	return expected.reduce((largest, value, i) => {
		const error = Math.abs(actual[i] - value);
		return error <= largest ? largest : Number.isNaN(error) ? Infinity : error;
	}, 0);
}
