import { expose } from 'comlink';
import { selfTest } from '../../src/lib/gemma3/selfTest.js';
import { Runtime } from '../../src/lib/runtime/runtime.js';
import { openCheckedRuntime } from '../../workers/checkedRuntime.js';
import { chooseDevice } from '../../workers/device.js';
import { loadOrt } from '../../workers/loadOrt.js';

const service = {
	/** How far the graphics device is off, and what is used then. */
	async check(dtype: 'fp32' | 'q4') {
		const chosen = await chooseDevice('webgpu', navigator.gpu);
		if (chosen.device !== 'webgpu') throw new Error(chosen.reason);
		const ort = await loadOrt('webgpu');
		const error = await selfTest(
			new Runtime(ort, { ...chosen, disableCpuFallback: true }),
			new Runtime(ort, { device: 'wasm' }),
			dtype
		);
		return { error };
	},
	/** A graphics device that is lost before it can be tested. */
	async checkLost() {
		const chosen = await chooseDevice('webgpu', navigator.gpu);
		if (chosen.device !== 'webgpu') throw new Error(chosen.reason);
		chosen.gpuDevice.destroy();
		const { runtime, reason } = await openCheckedRuntime(chosen, loadOrt);
		return { device: runtime.device, reason };
	}
};
export type CheckedRuntimeService = typeof service;

expose(service);
