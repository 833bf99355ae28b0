import type { MaskEdit } from '../gemma3/attentionMask.js';
import type { LayerType } from '../gemma3/configuration.js';

/** One change to the masks as the reader made it: the same cells in one or more layers. */
export interface EditGroup {
	readonly layers: readonly number[];
	readonly head: number | undefined;
	readonly queries: MaskEdit['queries'];
	readonly keys: MaskEdit['keys'];
	readonly open: boolean;
	/** Where its edits lie in the list, half-open. */
	readonly start: number;
	readonly end: number;
}

/** Which layers a change is for. */
export type EditScope = 'layer' | 'local' | 'global' | 'all';

export function layersInScope(
	layerTypes: readonly LayerType[],
	layer: number,
	scope: EditScope
): readonly number[] {
	const kinds = { local: 'sliding_attention', global: 'full_attention' } as const;
	if (scope === 'layer') return [layer];
	const all = layerTypes.map((_, index) => index);
	return scope === 'all' ? all : all.filter((index) => layerTypes[index] === kinds[scope]);
}

/** Puts neighbours that change the same cells of several layers together, in order. */
export function groupEdits(edits: readonly MaskEdit[]): readonly EditGroup[] {
	const groups: { -readonly [Key in keyof EditGroup]: EditGroup[Key] }[] = [];
	edits.forEach(({ layer, head, queries, keys, open }, index) => {
		const last = groups.at(-1);
		const joins =
			last &&
			last.open === open &&
			last.head === head &&
			isSameRange(last.queries, queries) &&
			isSameRange(last.keys, keys) &&
			!last.layers.includes(layer);
		if (joins) {
			last.layers = [...last.layers, layer];
			last.end = index + 1;
		} else {
			groups.push({ layers: [layer], head, queries, keys, open, start: index, end: index + 1 });
		}
	});
	return groups;
}

/**
 * The edits without one group from a query on. What was computed under it before stays: the group
 * ends there, or goes if it had not begun.
 */
export function endGroup(
	edits: readonly MaskEdit[],
	{ start, end }: Pick<EditGroup, 'start' | 'end'>,
	query: number
): readonly MaskEdit[] {
	return edits.flatMap((edit, index) => {
		if (index < start || index >= end || edit.queries.end <= query) return [edit];
		if (edit.queries.start >= query) return [];
		return [{ ...edit, queries: { start: edit.queries.start, end: query } }];
	});
}

export function isSameEdits(a: readonly MaskEdit[], b: readonly MaskEdit[]): boolean {
	if (a === b) return true;
	return (
		a.length === b.length &&
		a.every((edit, i) => {
			const other = b[i];
			return (
				edit.layer === other.layer &&
				edit.head === other.head &&
				edit.open === other.open &&
				isSameRange(edit.queries, other.queries) &&
				isSameRange(edit.keys, other.keys)
			);
		})
	);
}

function isSameRange(a: MaskEdit['keys'], b: MaskEdit['keys']): boolean {
	return a.start === b.start && a.end === b.end;
}
