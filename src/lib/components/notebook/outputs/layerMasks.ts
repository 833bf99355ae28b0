import type { Trace } from '$lib/trace/trace.js';
import { openCells, toLayerMasks } from '$lib/views/layerMask.js';

type MaskedTrace = Pick<Trace, 'model' | 'masks' | 'tokens'>;

/** Many cells draw one trace, and its masks take a while to build. */
const known = new WeakMap<MaskedTrace, ReturnType<typeof toLayerMasks>>();

/** Cells of a layer's mask, `[queries, keys]`, 1 where open. */
export function openCellsOf(trace: MaskedTrace, layer: number, head: number | 'mean'): Uint8Array {
	let masks = known.get(trace);
	if (!masks) known.set(trace, (masks = toLayerMasks(trace)));
	return openCells(masks[layer], head);
}
