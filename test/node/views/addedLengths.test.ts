import { expect, test } from 'vitest';
import { createTensor } from '../../../src/lib/tensor/tensor.js';
import { addedValues } from '../../../src/lib/views/addedLengths.js';
import { createLogScale } from '../../../src/lib/views/logScale.js';

const lengths = createTensor('float32', [2, 1, 3], Float32Array.of(1, 3, 0, 3, 1, 0));

test('attention comes first, the MLP second, the share is of both', () => {
	expect(Array.from(addedValues(lengths, 'attention'))).toEqual([1, 3, 0]);
	expect(Array.from(addedValues(lengths, 'mlp'))).toEqual([3, 1, 0]);
	expect(Array.from(addedValues(lengths, 'share'))).toEqual([0.25, 0.75, 0.5]);
});

test('a logarithmic scale is 0 at the smallest, 1 at the largest, and even in between', () => {
	const position = createLogScale([1, 10, 100]);
	expect([1, 10, 100].map(position)).toEqual([expect.closeTo(0), expect.closeTo(0.5), 1]);
	expect(position(0)).toBe(0);
	expect(createLogScale([5, 5])(5)).toBe(0);
});
