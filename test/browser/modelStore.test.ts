import { proxy, wrap, type Remote } from 'comlink';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { largestError } from '../support/largestError.js';
import type { ModelStoreService } from './modelStore.worker.js';

const mini = `${location.origin}/models/gemma3-mini/`;
const key = 'embedded/gemma3-mini q4';
const ids = [[2, 40, 300, 77, 512, 9, 33]];

/** A tab of its own, as far as storage and locks are concerned. */
function openTab(): { service: Remote<ModelStoreService>; close: () => void } {
	const worker = new Worker(new URL('./modelStore.worker.ts', import.meta.url), {
		type: 'module'
	});
	return { service: wrap<ModelStoreService>(worker), close: () => worker.terminate() };
}

let tab: ReturnType<typeof openTab>;
beforeEach(async () => {
	tab = openTab();
	for (const listed of await tab.service.list()) await tab.service.delete(listed.key);
});
afterEach(() => tab.close());

const never = () => proxy(() => {});

test('a model is kept, listed, loaded without the network, and deleted', async () => {
	expect(await tab.service.list()).toEqual([]);
	const { model } = await tab.service.store(key, mini, 'q4', Infinity, never());
	const listed = await tab.service.list();
	expect(listed).toEqual([
		{ key: 'embedded--gemma3-mini q4', model, byteLength: expect.any(Number) }
	]);
	expect(listed[0].byteLength).toBeGreaterThan(model.byteLength);
	const before = performance.getEntriesByType('resource').length;
	const wasm = await tab.service.logits(key, 'wasm', ids);
	expect(performance.getEntriesByType('resource').length).toBe(before);
	const webgpu = await tab.service.logits(key, 'webgpu', ids);
	const error = largestError(webgpu.logits.data, wasm.logits.data);
	console.log(`stored q4 model: WebGPU against wasm ${error.toExponential(2)}`);
	expect(error).toBeLessThan(1e-4);
	expect(webgpu.bytes).toBe(wasm.bytes);
	// A device that binds 40 kB at once: the head in six parts, the layers' matrices in some.
	const parts = await tab.service.logits(key, 'webgpu', ids, 40_000);
	expect(largestError(parts.logits.data, wasm.logits.data)).toBeLessThan(1e-4);
	expect(largestError(parts.next.data, wasm.next.data)).toBeLessThan(1e-4);
	await tab.service.delete(key);
	expect(await tab.service.list()).toEqual([]);
	await expect(tab.service.logits(key, 'wasm', ids)).rejects.toThrow('not stored whole');
});

test('what was begun and not finished is listed, and not loaded', async () => {
	const killed = openTab();
	await new Promise<void>((resolve) => {
		const stuck = proxy(() => resolve());
		void killed.service.store(key, mini, 'q8', 100, stuck).catch(() => {});
	});
	await expect(tab.service.delete(key)).rejects.toThrow('is in use by another tab');
	killed.close();
	const [{ model }] = await tab.service.list();
	expect(model).toBeNull();
	await expect(tab.service.logits(key, 'wasm', ids)).rejects.toThrow('not stored whole');
	// The same bytes as those of a conversion in one go.
	const { model: after } = await tab.service.store(key, mini, 'q8', Infinity, never());
	const whole = await tab.service.store('whole', mini, 'q8', Infinity, never());
	expect(after.parts).toEqual(whole.model.parts);
});

test('of two tabs that want one model, the second waits and finds it there', async () => {
	const other = openTab();
	try {
		const [first, second] = await Promise.all([
			tab.service.store(key, mini, 'q8', Infinity, never()),
			other.service.store(key, mini, 'q8', Infinity, never())
		]);
		const waited = [first, second].filter(({ events }) => events.length > 0);
		expect(waited).toHaveLength(1);
		expect(waited[0].first).toBeUndefined();
		expect(first.model).toEqual(second.model);
	} finally {
		other.close();
	}
});
