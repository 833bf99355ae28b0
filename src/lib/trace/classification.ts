import type { ScoreFunction } from '../gemma3/scoreHead.js';
import type { TraceToken } from './trace.js';

/** What a checkpoint's classification head makes of one prompt. */
export interface Classification {
	/** The token whose final state the head read: the last one that is no padding. */
	readonly token: TraceToken;
	/** What made probabilities of the logits; `none` for a regression. */
	readonly scoreFunction: ScoreFunction;
	/** In the checkpoint's order. */
	readonly labels: readonly LabelScore[];
}

export interface LabelScore {
	readonly label: string;
	/** As the head gave it. */
	readonly logit: number;
	/** Null for a regression, whose logits are the values themselves. */
	readonly probability: number | null;
}
