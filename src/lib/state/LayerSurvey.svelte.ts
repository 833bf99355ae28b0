import type { Trace } from '../trace/trace.js';
import { toMaximumMatrix } from '../views/aggregateAttention.js';
import { toWeightMatrix, type WeightMatrix } from '../views/attentionPicture.js';
import { scoreHeads, type HeadScore } from '../views/headScores.js';
import { toThumbnails, type Thumbnail } from '../views/thumbnails.js';
import { toFailure, isAbort, type Failure } from './failure.js';

/** Longest trace whose mean over heads is kept for every layer: 512² floats are 1 MiB a layer. */
export const longestKeptMean = 512;

/** Between two looks at what is there so far, milliseconds. */
const pauseMs = 60;

interface SurveyedLayer {
	readonly scores: readonly HeadScore[];
	readonly thumbnails: readonly Thumbnail[];
	/** Mean over heads; null for a long trace. */
	readonly mean: WeightMatrix | null;
	readonly maximum: WeightMatrix | null;
}

/**
 * Looks at every layer's attention once, one after the other, and keeps what is small: scores,
 * thumbnails, and for short traces the mean and the maximum over heads.
 */
export class LayerSurvey {
	#trace = $state.raw<Trace | null>(null);
	#layers = $state.raw<readonly SurveyedLayer[]>([]);
	#failure = $state.raw<Failure | null>(null);
	#controller: AbortController | null = null;

	readonly scores = $derived(this.#layers.flatMap(({ scores }) => scores));

	/** In order; grows while the survey is under way. */
	get layers(): readonly SurveyedLayer[] {
		return this.#layers;
	}

	get isComplete(): boolean {
		return (
			this.#trace !== null &&
			this.#layers.length === this.#trace.model.config.textConfig.numHiddenLayers
		);
	}

	get failure(): Failure | null {
		return this.#failure;
	}

	/** Starts over for another trace; for the same one it goes on where it was left. */
	async survey(trace: Trace): Promise<void> {
		const isSame = trace === this.#trace;
		if (isSame && (this.#controller || this.isComplete)) return;
		this.leave();
		const controller = new AbortController();
		this.#controller = controller;
		if (!isSame) {
			this.#trace = trace;
			this.#layers = [];
		}
		this.#failure = null;
		const { numHiddenLayers } = trace.model.config.textConfig;
		try {
			const seen = [...this.#layers];
			let shownAt = performance.now();
			while (seen.length < numHiddenLayers) {
				const layer = seen.length;
				const attention = await trace.attention({ layer }, controller.signal);
				if (controller !== this.#controller) return;
				const isShort = trace.tokens.length <= longestKeptMean;
				seen.push({
					scores: scoreHeads(trace, layer, attention),
					thumbnails: toThumbnails(attention),
					mean: isShort ? toWeightMatrix(attention, 'mean') : null,
					maximum: isShort ? toMaximumMatrix(attention) : null
				});
				// Every layer by itself would draw all pictures before it anew.
				if (seen.length < numHiddenLayers && performance.now() - shownAt < pauseMs) continue;
				this.#layers = [...seen];
				// The page stays alive between two stretches of a long trace.
				await new Promise((resolve) => setTimeout(resolve));
				if (controller !== this.#controller) return;
				shownAt = performance.now();
			}
		} catch (error) {
			if (controller === this.#controller && !isAbort(error)) this.#failure = toFailure(error);
		} finally {
			if (controller === this.#controller) this.#controller = null;
		}
	}

	/** Stops; what was seen is kept. */
	leave(): void {
		this.#controller?.abort();
		this.#controller = null;
	}
}
