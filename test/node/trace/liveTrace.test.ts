import { expect, test } from 'vitest';
import type { RunSummary } from '../../../src/lib/rpc/services.js';
import { LiveTrace } from '../../../src/lib/trace/liveTrace.js';
import { createTensor } from '../../../src/lib/tensor/tensor.js';
import { createMadeTrace, textToken } from '../../support/madeTrace.js';

const made = createMadeTrace(Array.from({ length: 4 }, (_, i) => textToken(i, ` ${i}`)));
const run: RunSummary = {
	id: 7,
	tokens: made.tokens,
	pictures: [{ name: 'a.png', width: 4, height: 3, panAndScan: 'off' }],
	images: made.images,
	masks: made.masks,
	notices: [],
	modelMs: 1,
	totalMs: 2
};

/** The made trace behind a service that writes down what it is asked. */
function createService() {
	const calls: string[] = [];
	return {
		calls,
		attention: (id: number, ...rest: Parameters<typeof made.attention>) => {
			calls.push(`attention ${id}`);
			return made.attention(...rest);
		},
		topLogits: (id: number, ...rest: Parameters<typeof made.topLogits>) => {
			calls.push(`topLogits ${id}`);
			return made.topLogits(...rest);
		},
		hiddenState: (_: number, ...rest: Parameters<typeof made.hiddenState>) =>
			made.hiddenState(...rest),
		lens: (_: number, ...rest: Parameters<typeof made.lens>) => made.lens(...rest),
		visionAttention: (_: number, ...rest: Parameters<typeof made.visionAttention>) =>
			made.visionAttention(...rest),
		visionState: (_: number, ...rest: Parameters<typeof made.visionState>) =>
			made.visionState(...rest),
		products: async (id: number) => {
			calls.push(`products ${id}`);
			return createTensor('float32', [1, 1], Float32Array.of(3));
		},
		addedLengths: async (id: number) => {
			calls.push(`addedLengths ${id}`);
			return createTensor('float32', [2, 1, 1], Float32Array.of(1, 2));
		},
		release: async (id: number) => void calls.push(`release ${id}`)
	};
}

test('a slice is asked for once and kept', async () => {
	const service = createService();
	const trace = new LiveTrace(service, run, made.model);
	const first = await trace.attention({ layer: 1 });
	expect(await trace.attention({ layer: 1 })).toBe(first);
	await trace.attention({ layer: 1, head: 2 });
	await trace.topLogits({ position: 3, k: 2 });
	await trace.topLogits({ position: 3, k: 2 });
	await trace.products({ layer: 0, query: 1 });
	await trace.products({ layer: 0, query: 1 });
	await trace.addedLengths();
	await trace.addedLengths();
	expect(service.calls).toEqual([
		'attention 7',
		'attention 7',
		'topLogits 7',
		'products 7',
		'addedLengths 7'
	]);
});

test('one view that gives up takes no answer away from another', async () => {
	const service = createService();
	const trace = new LiveTrace(service, run, made.model);
	const controller = new AbortController();
	const left = trace.attention({ layer: 0 }, controller.signal);
	const kept = trace.attention({ layer: 0 });
	controller.abort();
	await expect(left).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
	expect((await kept).dims).toEqual([4, 4, 4]);
});

test('a released run is released once, and only what was kept can still be read', async () => {
	const service = createService();
	const trace = new LiveTrace(service, run, made.model);
	await trace.attention({ layer: 0 });
	await trace.release();
	await trace.release();
	expect(service.calls).toEqual(['attention 7', 'release 7']);
	expect((await trace.attention({ layer: 0 })).dims).toEqual([4, 4, 4]);
	await expect(trace.attention({ layer: 1 })).rejects.toThrow('run it again to see more');
});

test('a failed slice is asked for again', async () => {
	const trace = new LiveTrace(createService(), run, made.model);
	await expect(trace.hiddenState({ layer: 1 })).rejects.toThrow('layer 1');
	await expect(trace.hiddenState({ layer: 1 })).rejects.toThrow('layer 1');
});

test('pictures carry the files that they were made from', () => {
	const blob = new Blob(['x']);
	const trace = new LiveTrace(createService(), run, made.model, [{ name: 'a.png', blob }]);
	expect(trace.pictures).toEqual([{ ...run.pictures[0], blob }]);
	expect(new LiveTrace(createService(), run, made.model).pictures[0].blob).toBeNull();
});
