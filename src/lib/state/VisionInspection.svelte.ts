import type { Tensor } from '../tensor/tensor.js';
import type { Trace } from '../trace/trace.js';
import type { Failure } from './failure.js';
import { Latest } from './Latest.svelte.js';

/** Where a square's attention is looked at: of one patch, or of all, pooled to soft tokens. */
export interface VisionQuestion {
	readonly trace: Trace;
	/** Index into the trace's `images`. */
	readonly image: number;
	readonly layer: number;
	readonly head: number | 'mean';
	/** A patch, row-major; null for the map pooled to soft tokens. */
	readonly patch: number | null;
}

interface VisionAnswer extends VisionQuestion {
	/** `[heads, 1, patches]` of a patch, else `[heads, softTokens, softTokens]`. */
	readonly attention: Tensor;
}

/**
 * Attention within the vision tower, at what is pointed at. Create it while a component initialises.
 *
 * @param getQuestion null to ask nothing
 */
export class VisionInspection {
	readonly #attention = new Latest<VisionAnswer>();

	constructor(getQuestion: () => VisionQuestion | null) {
		$effect(() => {
			const question = getQuestion();
			if (!question) return this.#attention.cancel();
			const { trace, image, layer, head, patch } = question;
			const request = {
				image,
				layer,
				...(head === 'mean' ? {} : { head }),
				...(patch === null ? {} : { patch })
			};
			void this.#attention.ask(async (signal) => ({
				...question,
				attention: await trace.visionAttention(request, signal)
			}));
		});
	}

	/** The last answer, kept while the next one is on its way. */
	get answer(): VisionAnswer | null {
		return this.#attention.value;
	}

	get failure(): Failure | null {
		return this.#attention.failure;
	}

	get pending(): boolean {
		return this.#attention.pending;
	}
}
