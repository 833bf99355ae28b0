import type { LayerType } from './configuration.js';
import type { MaskPlan } from './maskDescription.js';

export type MaskReason =
	/** Closed: the key is padding. */
	| 'padding'
	/** Closed: the key comes after the query. */
	| 'future'
	/** Closed: the key is farther away than the window. */
	| 'outside-window'
	/** Open: both tokens belong to one image. */
	| 'same-image'
	/** Open: a token sees itself. */
	| 'self'
	/** Open: a global layer sees every earlier token. */
	| 'earlier'
	/** Open: a local layer sees the tokens within its window. */
	| 'inside-window'
	/** Open: a global layer of a model that attends both ways sees every token. */
	| 'both-ways'
	/** Open or closed by an edit. */
	| 'edit';

export interface MaskExplanation {
	readonly open: boolean;
	readonly reason: MaskReason;
	/** Starts with `open: ` or `closed: `. Images are counted from 1, crops among them. */
	readonly sentence: string;
}

interface Cell {
	readonly batch: number;
	readonly query: number;
	readonly key: number;
}

/** Why the rule, before any edit, opens or closes a cell of a layer of one kind. */
export function explainMaskRule(plan: MaskPlan, kind: LayerType, cell: Cell): MaskExplanation {
	const { batch, query, key } = cell;
	if (plan.attentionMask?.[batch][key] === 0) return closed('padding', `key ${key} is padding`);
	if (key === query) return opened('self', 'key equals query');
	const isLocal = kind === 'sliding_attention';
	const distance = Math.abs(query - key);
	const isNear = !isLocal || distance < plan.slidingWindow;
	const where = `key ${key} is ${distance} ${distance === 1 ? 'token' : 'tokens'} ${key < query ? 'back' : 'ahead'}`;
	const { blockOf } = plan.images[batch];
	const image = blockOf[key] >= 0 && blockOf[key] === blockOf[query] ? blockOf[key] + 1 : null;
	if (plan.isBidirectional) {
		if (!isNear) return tooFar(plan, where, distance);
		return isLocal
			? opened('inside-window', `${where}, inside the window of ${plan.slidingWindow}`)
			: opened('both-ways', `${where}, and this layer sees every token`);
	}
	// The window reaches back only: inside an image, a key ahead is never too far.
	const isBehindWindow = key < query && !isNear;
	if (image !== null) return explainImage(plan, { image, where, distance, isBehindWindow });
	if (key > query) return closed('future', `key ${key} comes after query ${query}`);
	if (isBehindWindow) return tooFar(plan, where, distance);
	return isLocal
		? opened('inside-window', `${where}, inside the window of ${plan.slidingWindow}`)
		: opened('earlier', `${where}, and this layer sees every earlier token`);
}

function explainImage(
	plan: MaskPlan,
	cell: { image: number; where: string; distance: number; isBehindWindow: boolean }
): MaskExplanation {
	const { image, where, distance, isBehindWindow } = cell;
	const both = `both tokens belong to image ${image}`;
	if (!isBehindWindow) return opened('same-image', both);
	return plan.maskRule === '4.56'
		? opened('same-image', `${both}, which counts beyond the window of ${plan.slidingWindow}`)
		: tooFar(plan, where, distance, `, though ${both}`);
}

function tooFar(plan: MaskPlan, where: string, distance: number, more = ''): MaskExplanation {
	const edge = distance === plan.slidingWindow ? ' with the query itself' : '';
	return closed('outside-window', `${where}, the window is ${plan.slidingWindow}${edge}${more}`);
}

function opened(reason: MaskReason, words: string): MaskExplanation {
	return { open: true, reason, sentence: `open: ${words}` };
}

function closed(reason: MaskReason, words: string): MaskExplanation {
	return { open: false, reason, sentence: `closed: ${words}` };
}
