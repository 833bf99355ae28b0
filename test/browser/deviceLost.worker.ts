import { expose } from 'comlink';
import { Gemma3ForCausalLM } from '../../src/lib/gemma3/causalLanguageModel.js';
import { Runtime } from '../../src/lib/runtime/runtime.js';
import { urlSource } from '../../src/lib/sources/urlSource.js';
import { chooseDevice } from '../../workers/device.js';
import { loadOrt } from '../../workers/loadOrt.js';

/** The message of whatever a run fails with. */
async function failure(run: Promise<unknown>): Promise<string> {
	try {
		await run;
		return 'no failure';
	} catch (error) {
		return `${(error as Error).name}: ${(error as Error).message}`;
	}
}

/** Runs a checkpoint on WebGPU, destroys the device in the middle of a second run, and tries a third. */
async function loseDevice(url: string, inputIds: number[][]) {
	const chosen = await chooseDevice('webgpu', navigator.gpu);
	if (chosen.device !== 'webgpu') throw new Error(chosen.reason);
	const runtime = new Runtime(await loadOrt('webgpu'), chosen);
	const model = await Gemma3ForCausalLM.fromPretrained(urlSource(url), { runtime });
	const { logits } = await model.forward({ inputIds });
	const running = failure(model.forward({ inputIds }));
	chosen.gpuDevice.destroy();
	return { logits, during: await running, after: await failure(model.forward({ inputIds })) };
}

const service = { loseDevice };
export type DeviceLostService = typeof service;

expose(service);
