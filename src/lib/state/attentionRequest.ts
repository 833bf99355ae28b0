import type { Tensor } from '../tensor/tensor.js';
import type { AttentionRequest, Trace } from '../trace/trace.js';
import { toWeightMatrix, type WeightMatrix } from '../views/attentionPicture.js';
import type { HeadChoice } from './FocusState.svelte.js';

/** Tokens from which on a picture of one head asks for it alone: 8 heads of 2,048² are 134 MB. */
export const longTrace = 1024;

/** What to ask a trace for to draw one head: the whole layer, so that other heads are there at once, unless that is much. */
export function toAttentionRequest(
	trace: Pick<Trace, 'tokens'>,
	layer: number,
	head: HeadChoice
): AttentionRequest {
	return trace.tokens.length >= longTrace && head !== 'mean' ? { layer, head } : { layer };
}

/** The chosen head of an answer, which holds all heads or the one that was asked for. */
export function chosenMatrix(
	attention: Tensor,
	request: AttentionRequest,
	head: HeadChoice
): WeightMatrix {
	return toWeightMatrix(attention, request.head === undefined ? head : 0);
}
