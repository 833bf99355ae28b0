import type { Classification, LabelScore } from '../trace/classification.js';
import type { Table } from './tables.js';

export interface RankedLabel extends LabelScore {
	/** In the checkpoint's order; names may be there twice. */
	readonly index: number;
}

/** Labels by logit, the largest first; equals stay in the checkpoint's order. */
export function rankLabels({ labels }: Classification): RankedLabel[] {
	return labels
		.map((label, index) => ({ ...label, index }))
		.sort((a, b) => b.logit - a.logit || a.index - b.index);
}

/** All labels, ranked; a regression has no probabilities. */
export function toLabelTable(classification: Classification): Table {
	const isRegression = classification.scoreFunction === 'none';
	return {
		columns: ['label', 'index', ...(isRegression ? ['value'] : ['probability', 'logit'])],
		rows: rankLabels(classification).map(({ label, index, logit, probability }) => [
			label,
			index,
			...(probability === null ? [] : [Number(probability.toFixed(6))]),
			Number(logit.toFixed(4))
		])
	};
}
