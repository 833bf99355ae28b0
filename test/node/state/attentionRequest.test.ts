import { expect, test } from 'vitest';
import {
	chosenMatrix,
	longTrace,
	toAttentionRequest
} from '../../../src/lib/state/attentionRequest.js';
import { createTensor } from '../../../src/lib/tensor/tensor.js';
import { textToken } from '../../support/madeTrace.js';

const traceOf = (length: number) => ({
	tokens: Array.from({ length }, (_, i) => textToken(i, 'a'))
});

test('a short trace is asked for all heads at once, a long one for the head that is drawn', () => {
	expect(toAttentionRequest(traceOf(20), 3, 1)).toEqual({ layer: 3 });
	expect(toAttentionRequest(traceOf(longTrace), 3, 1)).toEqual({ layer: 3, head: 1 });
	expect(toAttentionRequest(traceOf(longTrace), 3, 'mean')).toEqual({ layer: 3 });
});

test('the head is found in either answer', () => {
	const all = createTensor('float32', [2, 1, 1], Float32Array.of(0.25, 0.75));
	const one = createTensor('float32', [1, 1, 1], Float32Array.of(0.75));
	const weights = [
		chosenMatrix(all, { layer: 0 }, 1),
		chosenMatrix(one, { layer: 0, head: 1 }, 1),
		chosenMatrix(all, { layer: 0 }, 'mean')
	].map((matrix) => matrix.weights[0]);
	expect(weights).toEqual([0.75, 0.75, 0.5]);
});
