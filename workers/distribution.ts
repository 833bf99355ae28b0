import type { Distribution } from '../src/lib/gemma3/distribution.js';
import type { Gemma3Tokenizer } from '../src/lib/gemma3/tokenizer.js';
import type { LogitsStage, LogitsStageName } from '../src/lib/generation/logitsProcess.js';
import { topIndices } from '../src/lib/generation/topTokens.js';
import type { Candidate, DistributionSummary } from '../src/lib/rpc/generationServices.js';

/** Candidates that a summary names. */
const shown = 20;

/**
 * The likeliest tokens of a distribution through the stages of the sampler.
 *
 * @param taken named too, however unlikely
 */
export function summarizeDistribution(
	distribution: Distribution,
	tokenizer: Gemma3Tokenizer,
	taken?: number
): DistributionSummary {
	const { stages } = distribution.stages();
	const [{ logits }] = stages;
	const ids = topIndices(logits, Math.min(shown, logits.length));
	if (taken !== undefined && !ids.includes(taken)) ids.push(taken);
	const normalizers = new Map<Float32Array, Normalizer>();
	const candidates = ids.map((id): Candidate => {
		const entries = stages.map((stage) => [stage.name, probability(stage, id, normalizers)]);
		const probabilities = Object.fromEntries(entries) as Candidate['probabilities'];
		return { id, text: tokenizer.tokenText(id), logit: logits[id], probabilities };
	});
	const kept = Object.fromEntries(stages.map(({ name, kept }) => [name, kept]));
	return {
		candidates,
		kept: kept as Record<LogitsStageName, number>,
		sampling: distribution.sampling
	};
}

/** Of one token after the last stage; 0 if it was filtered out. */
export function probabilityOf(distribution: Distribution, id: number): number {
	const { stages } = distribution.stages();
	return probability(stages[stages.length - 1], id, new Map()) ?? 0;
}

interface Normalizer {
	readonly largest: number;
	readonly sum: number;
}

/** Stages that are off share their logits, so each array is summed once. */
function probability(
	{ logits }: LogitsStage,
	id: number,
	normalizers: Map<Float32Array, Normalizer>
): number | null {
	if (logits[id] === -Infinity) return null;
	let normalizer = normalizers.get(logits);
	if (normalizer === undefined) {
		normalizer = normalize(logits);
		normalizers.set(logits, normalizer);
	}
	return Math.exp(logits[id] - normalizer.largest) / normalizer.sum;
}

function normalize(logits: Float32Array): Normalizer {
	let largest = -Infinity;
	for (let i = 0; i < logits.length; i++) if (logits[i] > largest) largest = logits[i];
	let sum = 0;
	for (let i = 0; i < logits.length; i++) {
		if (logits[i] > -Infinity) sum += Math.exp(logits[i] - largest);
	}
	return { largest, sum };
}
