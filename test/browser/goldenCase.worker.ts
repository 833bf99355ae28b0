import { expose } from 'comlink';
import { Gemma3ForCausalLM } from '../../src/lib/gemma3/causalLanguageModel.js';
import { Runtime } from '../../src/lib/runtime/runtime.js';
import { urlSource } from '../../src/lib/sources/urlSource.js';
import { chooseDevice } from '../../workers/device.js';
import { loadOrt } from '../../workers/loadOrt.js';

/** Runs a checkpoint on WebGPU in a worker; a node without a WebGPU kernel is an error. */
async function forward(url: string, inputIds: number[][]) {
	const chosen = await chooseDevice('webgpu', navigator.gpu);
	if (chosen.device !== 'webgpu') throw new Error(chosen.reason);
	const options = { ...chosen, disableCpuFallback: true };
	const runtime = new Runtime(await loadOrt('webgpu'), options);
	const model = await Gemma3ForCausalLM.fromPretrained(urlSource(url), { runtime });
	try {
		const { attentions, hiddenStates, logits } = await model.forward({
			inputIds,
			outputAttentions: true,
			outputHiddenStates: true
		});
		return { attentions: attentions!, hiddenStates: hiddenStates!, logits };
	} finally {
		await model.dispose();
	}
}

const service = { forward };
export type GoldenCaseService = typeof service;

expose(service);
