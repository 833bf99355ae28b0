import { selfTest, selfTestTolerance } from '../src/lib/gemma3/selfTest.js';
import { Runtime, type OrtModule } from '../src/lib/runtime/runtime.js';
import type { WeightDtype } from '../src/lib/tensor/packedMatrix.js';
import type { Device } from '../src/lib/trace/trace.js';
import type { ChosenDevice } from './device.js';

/** A device that works, and why it is that one. */
export interface CheckedRuntime {
	readonly runtime: Runtime;
	readonly reason: string;
	/** Something that the reader should know, in a sentence: a device that failed its test. */
	readonly notice: string | null;
}

/**
 * Opens the chosen device. A graphics device first runs a small model that WebAssembly runs too;
 * where the two differ, or it fails, WebAssembly takes over and the reason says so.
 */
export async function openCheckedRuntime(
	chosen: ChosenDevice,
	loadOrt: (device: Device) => Promise<OrtModule>,
	dtype: WeightDtype = 'fp32',
	signal?: AbortSignal
): Promise<CheckedRuntime> {
	const ort = await loadOrt(chosen.device);
	const runtime = new Runtime(ort, chosen);
	if (chosen.device === 'wasm') return { runtime, reason: chosen.reason, notice: null };
	const problem = await maybeProblem(runtime, ort, dtype, signal);
	if (problem === null) return { runtime, reason: chosen.reason, notice: null };
	chosen.gpuDevice.destroy();
	const reason = `WebAssembly, because ${problem}. (It was: ${chosen.reason})`;
	const notice = `The model runs on WebAssembly, which is slower, because ${problem}.`;
	return { runtime: new Runtime(await loadOrt('wasm'), { device: 'wasm' }), reason, notice };
}

async function maybeProblem(
	runtime: Runtime,
	ort: OrtModule,
	dtype: WeightDtype,
	signal?: AbortSignal
): Promise<string | null> {
	// The build for WebGPU has the WebAssembly provider too.
	const reference = new Runtime(ort, { device: 'wasm' });
	try {
		const error = await selfTest(runtime, reference, dtype, signal);
		if (error <= selfTestTolerance) return null;
		return `the graphics driver computes wrongly (a test model is off by ${error.toPrecision(2)})`;
	} catch (error) {
		signal?.throwIfAborted();
		return `a test model failed on the graphics device (${(error as Error).message})`;
	}
}
