import type { SamplingOptions } from '../gemma3/generationOptions.js';
import { formatCount } from './format.js';
import type { Table } from './tables.js';
import { tokenLabel } from './tokenLabel.js';

/** What happens to the probabilities before a token is taken, in order. */
export const stageNames = [
	'raw',
	'repetitionPenalty',
	'temperature',
	'topK',
	'topP',
	'minP'
] as const;

export type StageName = (typeof stageNames)[number];

export interface StagedCandidate {
	readonly id: number;
	readonly text: string;
	readonly logit: number;
	/** Null where this stage, or one before it, filtered the token out. */
	readonly probabilities: Readonly<Record<StageName, number | null>>;
}

export interface StagedDistribution {
	readonly candidates: readonly StagedCandidate[];
	/** Tokens left after each stage. */
	readonly kept: Readonly<Record<StageName, number>>;
	readonly sampling: SamplingOptions;
}

/** One stage as a column. */
export interface StageColumn {
	readonly name: StageName;
	/** `raw`, `penalty`, `temperature`, `top-k`, `top-p`, `min-p`. */
	readonly label: string;
	/** `0.7`; null where the stage does nothing. */
	readonly setting: string | null;
	/** Tokens left after it. */
	readonly kept: number;
}

export const stageLabels: Readonly<Record<StageName, string>> = {
	raw: 'raw',
	repetitionPenalty: 'penalty',
	temperature: 'temperature',
	topK: 'top-k',
	topP: 'top-p',
	minP: 'min-p'
};

/** All stages with their settings; without sampling only the penalty does anything. */
export function toStageColumns(
	distribution: Pick<StagedDistribution, 'kept' | 'sampling'>
): readonly StageColumn[] {
	const { doSample, repetitionPenalty, temperature, topK, topP, minP } = distribution.sampling;
	const settings: Record<StageName, string | null> = {
		raw: '',
		repetitionPenalty: repetitionPenalty === 1 ? null : String(repetitionPenalty),
		temperature: !doSample || temperature === 1 ? null : String(temperature),
		topK: !doSample || topK === 0 ? null : formatCount(topK),
		topP: !doSample || topP === 1 ? null : String(topP),
		minP: !doSample || minP === null ? null : String(minP)
	};
	return stageNames.map((name) => ({
		name,
		label: stageLabels[name],
		setting: settings[name],
		kept: distribution.kept[name]
	}));
}

/** The stage that filtered a candidate out; null for one that can be taken. */
export function removedBy(candidate: Pick<StagedCandidate, 'probabilities'>): StageName | null {
	return stageNames.find((name) => candidate.probabilities[name] === null) ?? null;
}

/** Probability after the last stage; 0 for a candidate that was filtered out. */
export function finalProbability(candidate: Pick<StagedCandidate, 'probabilities'>): number {
	return candidate.probabilities.minP ?? 0;
}

/** The sampler's settings in a line: `greedy`, or `temperature 0.7 · top-k 40`; neutral ones left out. */
export function describeSampling(sampling: SamplingOptions): string {
	const kept = {} as Record<StageName, number>;
	const active = toStageColumns({ kept, sampling }).filter(
		({ name, setting }) => name !== 'raw' && setting !== null
	);
	const stages = active.map(({ label, setting }) => `${label} ${setting}`);
	return [sampling.doSample ? 'sampled' : 'greedy', ...stages].join(' · ');
}

/** Whether two settings draw alike: settings that greedy decoding skips do not count. */
export function isSameSampling(a: SamplingOptions, b: SamplingOptions): boolean {
	if (a.doSample !== b.doSample || a.repetitionPenalty !== b.repetitionPenalty) return false;
	if (!a.doSample) return true;
	return (
		a.temperature === b.temperature && a.topK === b.topK && a.topP === b.topP && a.minP === b.minP
	);
}

/** The candidates through the stages, as a table. */
export function toStageTable(distribution: StagedDistribution, taken: number | null): Table {
	return {
		columns: ['token', 'id', 'logit', ...stageNames.map((name) => stageLabels[name]), 'outcome'],
		rows: distribution.candidates.map((candidate) => {
			const removed = removedBy(candidate);
			const outcome =
				candidate.id === taken ? 'taken' : removed ? `cut: ${stageLabels[removed]}` : '';
			return [
				tokenLabel({ text: candidate.text, kind: 'text' }),
				candidate.id,
				candidate.logit.toFixed(4),
				...stageNames.map((name) => candidate.probabilities[name]?.toFixed(6) ?? ''),
				outcome
			];
		})
	};
}
