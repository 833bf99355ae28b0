import { expose } from 'comlink';
import { Gemma3ForCausalLM } from '../../src/lib/gemma3/causalLanguageModel.js';
import type { GenerateInput } from '../../src/lib/gemma3/generationOptions.js';
import { Runtime } from '../../src/lib/runtime/runtime.js';
import { urlSource } from '../../src/lib/sources/urlSource.js';
import { chooseDevice } from '../../workers/device.js';
import { loadOrt } from '../../workers/loadOrt.js';
import { countGpuCalls, type GpuCounts } from '../support/gpuCounts.js';

export interface CountedStep {
	readonly tokenId: number;
	readonly logits: Float32Array;
	readonly counts: GpuCounts;
	readonly milliseconds: number;
}

/** Generates on WebGPU and counts what each token asks of it; a node on the CPU is an error. */
async function generate(url: string, input: GenerateInput): Promise<CountedStep[]> {
	const chosen = await chooseDevice('webgpu', navigator.gpu);
	if (chosen.device !== 'webgpu') throw new Error(chosen.reason);
	const options = { ...chosen, disableCpuFallback: true };
	const runtime = new Runtime(await loadOrt('webgpu'), options);
	const { counts, reset } = countGpuCalls();
	const model = await Gemma3ForCausalLM.fromPretrained(urlSource(url), { runtime });
	const steps: CountedStep[] = [];
	try {
		reset();
		for await (const { tokenIds, distribution, milliseconds } of model.generate(input)) {
			const { data } = distribution.logits;
			steps.push({ tokenId: tokenIds[0], logits: data, counts: { ...counts }, milliseconds });
			reset();
		}
		return steps;
	} finally {
		await model.dispose();
	}
}

const service = { generate };
export type DecodeCountsService = typeof service;

expose(service);
