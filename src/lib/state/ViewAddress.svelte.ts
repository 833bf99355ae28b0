import { parseFragment, toFragment, viewNames, type ViewLink } from '../views/viewLink.js';
import type { FocusState } from './FocusState.svelte.js';
import type { InspectState } from './InspectState.svelte.js';
import type { RunState } from './RunState.svelte.js';

/** What is shown, as the fragment of the page's address: a link to exactly this view. */
export class ViewAddress {
	readonly #run: RunState;
	readonly #focus: FocusState;
	readonly #inspect: InspectState;
	/** The page's own example needs no prompt in the link. */
	readonly #example: ViewLink['prompt'];

	/** Without `#`. Pictures do not fit into an address: a link carries the prompt's text alone. */
	readonly fragment = $derived.by(() => {
		const { kind, text } = this.#run.draft;
		const isExample = this.#example?.kind === kind && this.#example.text === text;
		return toFragment({
			view: this.#inspect.view,
			layer: this.#focus.layer,
			head: this.#focus.head,
			query: this.#focus.locked?.query ?? null,
			key: this.#focus.locked?.key ?? null,
			prompt: isExample || text === '' ? null : { kind, text },
			settings: this.#inspect.settings
		});
	});

	constructor(
		run: RunState,
		focus: FocusState,
		inspect: InspectState,
		example: ViewLink['prompt']
	) {
		this.#run = run;
		this.#focus = focus;
		this.#inspect = inspect;
		this.#example = example;
	}

	/** Shows what an address says; what it leaves out stays as it is. */
	restore(hash: string): void {
		const { prompt, view, settings, layer, head, query, key } = parseFragment(hash);
		if (prompt && prompt.text.trim() !== '') this.#run.edit(prompt);
		if (view) this.#inspect.open(view);
		if (settings) this.#inspect.restore(settings);
		if (layer !== undefined) this.#focus.selectLayer(layer);
		if (head !== undefined) this.#focus.selectHead(head);
		if (query != null) {
			this.#focus.release();
			this.#focus.toggleLock({ query, key: key ?? null });
		}
	}
}

/** The view on the tab with this number, counted from 1; undefined if there is none. */
export function viewNumber(number: number) {
	return viewNames[number - 1];
}
