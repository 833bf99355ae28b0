import * as ort from 'onnxruntime-web';
import { Runtime } from '../../src/lib/runtime/runtime.js';

/** ONNX Runtime Web on its WebAssembly provider in Node, on one thread so that results repeat. */
export function createNodeRuntime(): Runtime {
	ort.env.wasm.numThreads = 1;
	return new Runtime(ort, { device: 'wasm' });
}
