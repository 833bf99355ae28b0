import { expose } from 'comlink';
import { Gemma3ForCausalLM } from '../../src/lib/gemma3/causalLanguageModel.js';
import { disposePass } from '../../src/lib/gemma3/devicePass.js';
import { queryKeyProducts, readAdded, readFactors } from '../../src/lib/gemma3/insideLayer.js';
import { Runtime } from '../../src/lib/runtime/runtime.js';
import { urlSource } from '../../src/lib/sources/urlSource.js';
import type { Tensor } from '../../src/lib/tensor/tensor.js';
import { chooseDevice } from '../../workers/device.js';
import { loadOrt } from '../../workers/loadOrt.js';

/** Runs a checkpoint on WebGPU in a worker; a node without a WebGPU kernel is an error. */
async function open(url: string) {
	const chosen = await chooseDevice('webgpu', navigator.gpu);
	if (chosen.device !== 'webgpu') throw new Error(chosen.reason);
	const options = { ...chosen, disableCpuFallback: true };
	const runtime = new Runtime(await loadOrt('webgpu'), options);
	return Gemma3ForCausalLM.fromPretrained(urlSource(url), { runtime });
}

async function forward(url: string, inputIds: number[][]) {
	const model = await open(url);
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

/** Of every layer: q · k of the last query, `[heads, keys]`, and what its halves added. */
async function insides(url: string, inputIds: number[][]) {
	const model = await open(url);
	const { textConfig } = model.config;
	const layers = Array.from({ length: textConfig.numHiddenLayers }, (_, layer) => layer);
	const pass = await model.model.run({ inputIds }, { products: layers, added: layers });
	try {
		const products: Tensor[] = [];
		const added: Tensor[] = [];
		for (const layer of layers) {
			const factors = await readFactors(pass, layer);
			products.push(queryKeyProducts(factors, textConfig, inputIds[0].length - 1));
			added.push(await readAdded(pass, layer));
		}
		return { products, added, queryPreAttnScalar: textConfig.queryPreAttnScalar };
	} finally {
		disposePass(pass);
		await model.dispose();
	}
}

const service = { forward, insides };
export type GoldenCaseService = typeof service;

expose(service);
