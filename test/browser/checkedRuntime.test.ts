import { wrap } from 'comlink';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CheckedRuntimeService } from './checkedRuntime.worker.js';

let worker: Worker;
beforeEach(() => {
	worker = new Worker(new URL('./checkedRuntime.worker.ts', import.meta.url), { type: 'module' });
});
afterEach(() => worker.terminate());

test('WebGPU computes the test model as WebAssembly does, quantised too', async () => {
	const remote = wrap<CheckedRuntimeService>(worker);
	const { error } = await remote.check('q4');
	console.log(`self-test with q4 on WebGPU: off by ${error.toExponential(2)}`);
	expect(error).toBeLessThan(1e-5);
});

test('a graphics device that fails the test model gives way to WebAssembly, with the reason', async () => {
	const { device, reason } = await wrap<CheckedRuntimeService>(worker).checkLost();
	expect(device).toBe('wasm');
	expect(reason).toMatch(/^WebAssembly, because a test model failed on the graphics device/);
});
