import type { CellChoice } from '$lib/state/CellFocus.svelte.js';
import type { FocusState } from '$lib/state/FocusState.svelte.js';
import type { Trace } from '$lib/trace/trace.js';
import type { CellOutputProps } from './cellOutput.js';

type Settings = Readonly<{
	layer?: number;
	head?: number | 'mean' | 'max' | null;
	query?: number | null;
	key?: number | null;
	position?: number | null;
}>;

/**
 * What a cell looks at: its own layer, head and place where its kind has them, else the page's.
 * What the model has not is brought within it.
 */
export function toCellChoice(
	cell: CellOutputProps['cell'],
	trace: Pick<Trace, 'model' | 'tokens'> | null,
	page: Pick<FocusState, 'layer' | 'head'>
): CellChoice {
	const settings = cell.settings as Settings;
	const config = trace?.model.config.textConfig;
	const ownLayer = toLayer(cell, settings) ?? page.layer;
	const ownHead = 'head' in settings ? settings.head : page.head;
	const head = typeof ownHead === 'number' ? ownHead : 'mean';
	const query = settings.query ?? settings.position ?? null;
	return {
		tokens: trace?.tokens.length ?? 0,
		layer: config ? Math.min(ownLayer, config.numHiddenLayers - 1) : ownLayer,
		head: head !== 'mean' && config && head >= config.numAttentionHeads ? 'mean' : head,
		kept: query === null ? null : { query, key: settings.key ?? null }
	};
}

/** Of hidden states a cell counts one more: 0 is the embedding, which no layer made. */
function toLayer({ kind }: CellOutputProps['cell'], { layer }: Settings): number | undefined {
	return kind === 'hiddenStates' && layer !== undefined ? layer - 1 : layer;
}

/** The settings that keep another layer or head; null where the kind has none of its own. */
export function toChoiceSettings(
	{ kind, settings }: CellOutputProps['cell'],
	choice: { layer: number } | { head: number | 'mean' }
): { layer: number } | { head: number | 'mean' } | null {
	if ('head' in choice) return 'head' in settings ? choice : null;
	if (!('layer' in settings)) return null;
	return { layer: kind === 'hiddenStates' ? choice.layer + 1 : choice.layer };
}
