import type { Tensor } from '../tensor/tensor.js';
import type { Trace } from '../trace/trace.js';
import type { Failure } from './failure.js';
import { Latest } from './Latest.svelte.js';

interface Question {
	readonly trace: Trace;
	readonly layer: number;
}

/**
 * The attention of one layer of a trace, `[heads, queries, keys]`. Create it while a component
 * initialises: it asks whenever the question changes.
 */
export class LayerAttention {
	readonly #latest = new Latest<Question & { readonly attention: Tensor }>();
	readonly #get: () => Question | null;

	/** Of the trace that is asked about, maybe still of the layer before; null until it is there. */
	readonly attention = $derived.by<Tensor | null>(() => {
		const answer = this.#latest.value;
		return answer && answer.trace === this.#get()?.trace ? answer.attention : null;
	});

	/** The weights are of another layer than the one asked for, whose are on their way. */
	readonly isBehind = $derived.by(() => this.#latest.value?.layer !== this.#get()?.layer);

	/** @param get null to ask nothing */
	constructor(get: () => Question | null) {
		this.#get = get;
		$effect(() => {
			const question = get();
			if (!question) return this.#latest.cancel();
			const { trace, layer } = question;
			void this.#latest.ask(async (signal) => ({
				trace,
				layer,
				attention: await trace.attention({ layer }, signal)
			}));
		});
	}

	get failure(): Failure | null {
		return this.#latest.failure;
	}
}
