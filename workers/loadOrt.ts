import type { OrtModule } from '../src/lib/runtime/runtime.js';
import type { Device } from '../src/lib/trace/trace.js';

/**
 * The build of ONNX Runtime Web for a device: the smallest that can do it. WebGPU waits for the
 * GPU through JavaScript promise integration where the browser has it.
 */
export async function loadOrt(device: Device): Promise<OrtModule> {
	if (device === 'wasm') {
		const ort = await import('onnxruntime-web/wasm');
		// Threads need a page that is isolated from other origins.
		ort.env.wasm.numThreads = globalThis.crossOriginIsolated
			? Math.min(4, Math.ceil((navigator.hardwareConcurrency ?? 1) / 2))
			: 1;
		return ort;
	}
	const ort =
		'Suspending' in WebAssembly
			? await import('onnxruntime-web/jspi')
			: await import('onnxruntime-web/webgpu');
	ort.env.wasm.numThreads = 1;
	return ort;
}
