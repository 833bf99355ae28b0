import type { Tensor } from '../tensor/tensor.js';
import { LiveTrace } from '../trace/liveTrace.js';
import type { AttentionRequest, TokenScore, Trace } from '../trace/trace.js';
import { weightRow, type WeightMatrix } from '../views/attentionPicture.js';
import { openCells, toLayerMasks } from '../views/layerMask.js';
import { chosenMatrix, toAttentionRequest } from './attentionRequest.js';
import type { Failure } from './failure.js';
import type { FocusState } from './FocusState.svelte.js';
import { Latest } from './Latest.svelte.js';
import type { RunState } from './RunState.svelte.js';

/** How many next tokens are listed. */
const numScores = 10;

interface LayerAttention {
	readonly trace: Trace;
	readonly request: AttentionRequest;
	/** `[heads, queries, keys]`; of a long trace one head. */
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

	/**
	 * The trace on show: the newest one whose attention has arrived, so that all pictures change at
	 * once; the newest one at all if its attention cannot be had.
	 */
	readonly trace = $derived.by<Trace | null>(() => {
		const newest = this.#run.trace;
		if (!newest || this.#attention.failure) return newest;
		return this.#attention.value?.trace ?? newest;
	});

	readonly #masks = $derived.by(() => (this.trace ? toLayerMasks(this.trace) : []));

	/** `[queries, keys]` of the chosen layer and head, 1 where open. */
	readonly open = $derived.by(() => {
		const mask = this.#masks[this.#focus.layer];
		return mask ? openCells(mask, this.#focus.head) : new Uint8Array();
	});

	/** The head that is asked for alone, of a long trace; a value by itself, so that others ask nothing anew. */
	readonly #onlyHead = $derived.by(() => {
		const { trace } = this.#run;
		return trace ? toAttentionRequest(trace, this.#focus.layer, this.#focus.head).head : undefined;
	});

	/** The chosen head; null until there are weights of the shown trace. */
	readonly matrix = $derived.by<WeightMatrix | null>(() => {
		const answer = this.#attention.value;
		if (!answer || answer.trace !== this.trace) return null;
		return chosenMatrix(answer.attention, answer.request, this.#focus.head);
	});

	/** The matrix is of another layer or head than the chosen one, whose weights are on their way. */
	readonly isBehind = $derived.by(() => {
		const request = this.#attention.value?.request;
		if (request?.layer !== this.#focus.layer) return true;
		return request.head !== undefined && request.head !== this.#focus.head;
	});

	/** Query whose row and next tokens are looked at: the focused one, else the last. */
	readonly query = $derived.by(() => this.#clampQuery(this.trace));

	/** Weights of that query, `[keys]`. */
	readonly row = $derived.by(() => this.matrix && weightRow(this.matrix, this.query));

	/** Where the numbers come from: a file, or a run of the model here. */
	readonly origin = $derived.by(() =>
		this.trace instanceof LiveTrace
			? { kind: 'live', run: this.trace.run.id }
			: { kind: 'recorded', run: 0 }
	);

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
			if (!trace) return;
			const head = this.#onlyHead;
			const { layer } = focus;
			const request = head === undefined ? { layer } : { layer, head };
			void this.#attention.ask(async (signal) => ({
				trace,
				request,
				attention: await trace.attention(request, signal)
			}));
		});
		$effect(() => {
			const { trace } = run;
			if (!trace) return;
			const position = this.#clampQuery(trace);
			void this.#scores.ask(async (signal) => ({
				trace,
				position,
				scores: await trace.topLogits({ position, k: numScores }, signal)
			}));
		});
	}

	/** The likeliest next tokens after a position, with the trace that they are of. */
	get scores(): PositionScores | null {
		return this.#scores.value;
	}

	get failure(): Failure | null {
		return this.#attention.failure ?? this.#scores.failure;
	}

	#clampQuery(trace: Trace | null): number {
		const last = (trace?.tokens.length ?? 1) - 1;
		return Math.min(this.#focus.cell?.query ?? last, last);
	}
}
