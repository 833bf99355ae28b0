import type { LensCell } from '../trace/trace.js';
import { formatCount, formatWeight } from './format.js';

/** What a cell of the logit lens is coloured by. */
export const lensMeasures = ['probability', 'next', 'divergence', 'rank'] as const;
export type LensMeasure = (typeof lensMeasures)[number];

export const lensMeasureNames: Readonly<Record<LensMeasure, string>> = {
	probability: 'probability of its likeliest token',
	next: 'probability of the token that comes',
	divergence: 'KL of the last layer to it, nats',
	rank: 'rank of one token'
};

/** The ramp ends here, so that words on it keep their contrast in both themes. */
export const darkestLens = 0.42;

/** The largest divergence that is a number; a little above 0 at least. */
export function largestDivergence(cells: readonly LensCell[]): number {
	return cells.reduce(
		(most, { divergence }) => (Number.isFinite(divergence) ? Math.max(most, divergence) : most),
		1e-9
	);
}

/** How dark a cell is, 0 to 1; of ranks the first is darkest, even in the logarithm. */
export function lensShare(
	cell: LensCell,
	measure: LensMeasure,
	{ largest, vocabSize }: { largest: number; vocabSize: number }
): number {
	switch (measure) {
		case 'probability':
			return cell.scores[0].probability;
		case 'next':
			return cell.nextProbability ?? 0;
		case 'divergence':
			return Math.min(1, cell.divergence / largest);
		case 'rank':
			return cell.rank === null ? 0 : 1 - Math.log1p(cell.rank) / Math.log1p(vocabSize - 1);
	}
}

/** The measured value with its unit; `–` where there is none. */
export function lensValue(cell: LensCell, measure: LensMeasure): string {
	switch (measure) {
		case 'probability':
			return formatWeight(cell.scores[0].probability);
		case 'next':
			return cell.nextProbability === null ? '–' : formatWeight(cell.nextProbability);
		case 'divergence':
			return `${cell.divergence.toFixed(2)} nats`;
		case 'rank':
			return cell.rank === null ? '–' : `rank ${formatCount(cell.rank)}`;
	}
}
