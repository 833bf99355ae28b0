import { expect } from 'vitest';
import type { Tensor } from '../../src/lib/tensor/tensor.js';
import type { Trace } from '../../src/lib/trace/trace.js';

/** How far a trace may be from the reference. */
export interface TraceTolerance {
	readonly attention: number;
	/** Of the sum of a row of weights, besides the rounding of the sum itself. */
	readonly attentionMass: number;
	readonly hiddenState: number;
}

const largestDifference = (a: Float32Array, b: Float32Array) =>
	a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

/** A part of the last two dimensions of a tensor, by the plain definition. */
function slice({ dims, data }: Tensor, rows: [number, number], columns: [number, number]) {
	const [count, height, width] = dims.length === 3 ? dims : [1, ...dims];
	const values: number[] = [];
	for (let i = 0; i < count; i++) {
		for (let row = rows[0]; row < rows[1]; row++) {
			const at = (i * height + row) * width;
			values.push(...data.subarray(at + columns[0], at + columns[1]));
		}
	}
	return Float32Array.from(values);
}

/**
 * What every trace must do, live or recorded.
 *
 * @param reference the same trace as it was computed
 * @returns the largest differences found
 */
export async function checkTrace(trace: Trace, reference: Trace, tolerance: TraceTolerance) {
	const found = { attention: 0, hiddenState: 0, mass: 0 };
	const { numHiddenLayers, numAttentionHeads, hiddenSize } = reference.model.config.textConfig;
	const length = reference.tokens.length;
	expect(trace.tokens).toEqual(reference.tokens);
	expect(trace.images).toEqual(reference.images);
	expect(trace.masks).toEqual(reference.masks);
	expect(trace.model.config).toEqual(reference.model.config);
	expect(trace.pictures.map(({ blob: _, ...picture }) => picture)).toEqual(
		reference.pictures.map(({ blob: _, ...picture }) => picture)
	);

	for (let layer = 0; layer < numHiddenLayers; layer++) {
		const whole = await trace.attention({ layer });
		expect(whole.dims).toEqual([numAttentionHeads, length, length]);
		const expected = await reference.attention({ layer });
		const difference = largestDifference(whole.data, expected.data);
		found.attention = Math.max(found.attention, difference);
		for (let row = 0; row < numAttentionHeads * length; row++) {
			const sum = whole.data.subarray(row * length, (row + 1) * length).reduce((a, b) => a + b);
			found.mass = Math.max(found.mass, Math.abs(1 - sum));
		}
		// What the mask forbids weighs nothing, whatever was recorded.
		expect(whole.data.every((weight, i) => expected.data[i] > 0 || weight === 0)).toBe(true);

		const head = layer % numAttentionHeads;
		const queries = { start: length >> 2, end: length - 1 };
		const keys = { start: 1, end: (length >> 1) + 1 };
		const part = await trace.attention({ layer, head, queries, keys });
		expect(part.dims).toEqual([1, queries.end - queries.start, keys.end - keys.start]);
		const one = { ...whole, dims: [1, length, length] };
		one.data = whole.data.subarray(head * length * length, (head + 1) * length * length);
		expect(part.data).toEqual(slice(one, [queries.start, queries.end], [keys.start, keys.end]));
		const empty = await trace.attention({ layer, queries: { start: 2, end: 2 } });
		expect(empty.dims).toEqual([numAttentionHeads, 0, length]);
	}
	expect(found.attention).toBeLessThanOrEqual(tolerance.attention);
	// A float32 sum of `length` weights is off by up to length · 2^-24.
	expect(found.mass).toBeLessThanOrEqual(tolerance.attentionMass + length * 2 ** -23);

	for (const layer of [0, 1, numHiddenLayers]) {
		const whole = await trace.hiddenState({ layer });
		expect(whole.dims).toEqual([length, hiddenSize]);
		const expected = await reference.hiddenState({ layer });
		const difference = largestDifference(whole.data, expected.data);
		found.hiddenState = Math.max(found.hiddenState, difference);
		const part = await trace.hiddenState({ layer, positions: { start: 2, end: 5 } });
		expect(part.dims).toEqual([3, hiddenSize]);
		expect(part.data).toEqual(slice(whole, [2, 5], [0, hiddenSize]));
	}
	expect(found.hiddenState).toBeLessThanOrEqual(tolerance.hiddenState);

	for (let position = 0; position < length; position++) {
		const scores = await trace.topLogits({ position, k: 5 });
		expect(scores).toHaveLength(5);
		const expected = await reference.topLogits({ position, k: 5 });
		scores.forEach(({ id, text, logit, probability }, i) => {
			expect({ id, text }).toEqual({ id: expected[i].id, text: expected[i].text });
			expect(logit).toBeCloseTo(expected[i].logit, 5);
			expect(probability).toBeCloseTo(expected[i].probability, 6);
		});
		expect(await trace.topLogits({ position, k: 5, layer: numHiddenLayers })).toEqual(scores);
	}
	const layers = [0, 3, numHiddenLayers];
	const positions = { start: 1, end: 4 };
	const lens = await trace.lens({ layers, positions, k: 3 });
	const expectedLens = await reference.lens({ layers, positions, k: 3 });
	expect(lens).toHaveLength(9);
	lens.forEach(({ scores, divergence, rank }, i) => {
		expect(scores.map(({ id }) => id)).toEqual(expectedLens[i].scores.map(({ id }) => id));
		expect(divergence).toBeCloseTo(expectedLens[i].divergence, 5);
		expect(rank).toBeNull();
	});
	const [{ id: token }] = lens[8].scores;
	const last = { start: 3, end: 4 };
	const ranked = await trace.lens({ layers: [numHiddenLayers], positions: last, k: 1, token });
	expect(ranked[0].rank).toBe(0);

	const rejection = (promise: Promise<unknown>) =>
		promise.then(
			() => null,
			(error: Error) => error
		);
	for (const wrong of [
		trace.attention({ layer: numHiddenLayers }),
		trace.attention({ layer: 0, head: numAttentionHeads }),
		trace.attention({ layer: 0, queries: { start: 0, end: length + 1 } }),
		trace.attention({ layer: 0, keys: { start: 3, end: 2 } }),
		trace.hiddenState({ layer: numHiddenLayers + 1 }),
		trace.topLogits({ position: length, k: 1 })
	]) {
		expect(await rejection(wrong)).toBeInstanceOf(RangeError);
	}
	const aborted = AbortSignal.abort();
	for (const stopped of [
		trace.attention({ layer: 0 }, aborted),
		trace.hiddenState({ layer: 0 }, aborted),
		trace.topLogits({ position: 0, k: 1 }, aborted),
		trace.lens({ layers, positions, k: 1 }, aborted)
	]) {
		expect((await rejection(stopped))?.name).toBe('AbortError');
	}
	return found;
}
