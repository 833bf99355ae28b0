import { wrap } from 'comlink';
import { expect, test } from 'vitest';
import type { WasmHeapService } from './wasmHeap.worker.js';

const mini = `${location.origin}/models/gemma3-mini/`;

async function measure(device: 'wasm' | 'webgpu') {
	const worker = new Worker(new URL('./wasmHeap.worker.ts', import.meta.url), { type: 'module' });
	try {
		return await wrap<WasmHeapService>(worker).measure(device, mini);
	} finally {
		worker.terminate();
	}
}

test('on WebGPU the weights do not pass through the memory of WebAssembly', async () => {
	const [wasm, webgpu] = [await measure('wasm'), await measure('webgpu')];
	for (const [device, { heapBytes, weightBytes }] of Object.entries({ wasm, webgpu })) {
		const [heap, weights] = [heapBytes, weightBytes].map((bytes) => (bytes / 1e6).toFixed(1));
		console.log(`${device}: ${weights} MB of weights, ${heap} MB of WebAssembly memory`);
	}
	expect(webgpu.memories).toBeGreaterThan(0);
	expect(wasm.heapBytes).toBeGreaterThan(wasm.weightBytes);
	expect(webgpu.heapBytes).toBeLessThan(64e6);
});
