import type { Tensor } from '../tensor/tensor.js';
import type { TokenScore, Trace } from '../trace/trace.js';
import { toWeightMatrix, weightRow, type WeightMatrix } from '../views/attentionPicture.js';
import { openCells, toLayerMasks } from '../views/layerMask.js';
import type { Failure } from './failure.js';
import type { FocusState } from './FocusState.svelte.js';
import { Latest } from './Latest.svelte.js';
import type { RunState } from './RunState.svelte.js';

/** How many next tokens are listed. */
const numScores = 10;

interface LayerAttention {
	readonly trace: Trace;
	readonly layer: number;
	/** `[heads, queries, keys]` */
	readonly attention: Tensor;
}

interface PositionScores {
	readonly trace: Trace;
	readonly position: number;
	readonly scores: readonly TokenScore[];
}

/**
 * The numbers behind the pictures: of the shown trace, at the focus. Create it while a component
 * initialises: it asks the trace whenever layer, query or trace change.
 */
export class Inspection {
	readonly #attention = new Latest<LayerAttention>();
	readonly #scores = new Latest<PositionScores>();
	readonly #run: RunState;
	readonly #focus: FocusState;

	readonly #masks = $derived.by(() => (this.#run.trace ? toLayerMasks(this.#run.trace) : []));

	/** `[queries, keys]` of the chosen layer and head, 1 where open. */
	readonly open = $derived.by(() => {
		const mask = this.#masks[this.#focus.layer];
		return mask ? openCells(mask, this.#focus.head) : new Uint8Array();
	});

	/** The chosen head; null until there are weights of this trace and layer, or of one like it. */
	readonly matrix = $derived.by<WeightMatrix | null>(() => {
		const answer = this.#attention.value;
		const { trace } = this.#run;
		if (!answer || !trace || answer.attention.dims[1] !== trace.tokens.length) return null;
		return toWeightMatrix(answer.attention, this.#focus.head);
	});

	/** Query whose row and next tokens are looked at: the focused one, else the last. */
	readonly query = $derived.by(() => {
		const last = (this.#run.trace?.tokens.length ?? 1) - 1;
		return Math.min(this.#focus.cell?.query ?? last, last);
	});

	/** Weights of that query, `[keys]`. */
	readonly row = $derived.by(() => this.matrix && weightRow(this.matrix, this.query));

	constructor(run: RunState, focus: FocusState) {
		this.#run = run;
		this.#focus = focus;
		$effect(() => {
			const { trace } = run;
			if (!trace) return;
			const { numHiddenLayers, numAttentionHeads } = trace.model.config.textConfig;
			focus.fit({
				tokens: trace.tokens.length,
				layers: numHiddenLayers,
				heads: numAttentionHeads
			});
		});
		$effect(() => {
			const { trace } = run;
			const { layer } = focus;
			if (!trace) return;
			void this.#attention.ask(async (signal) => ({
				trace,
				layer,
				attention: await trace.attention({ layer }, signal)
			}));
		});
		$effect(() => {
			const { trace } = run;
			const position = this.query;
			if (!trace) return;
			void this.#scores.ask(async (signal) => ({
				trace,
				position,
				scores: await trace.topLogits({ position, k: numScores }, signal)
			}));
		});
	}

	/** The likeliest next tokens of the focused query. */
	get scores(): PositionScores | null {
		const value = this.#scores.value;
		const count = this.#run.trace?.tokens.length ?? 0;
		return value && value.position < count ? value : null;
	}

	get failure(): Failure | null {
		return this.#attention.failure ?? this.#scores.failure;
	}
}
