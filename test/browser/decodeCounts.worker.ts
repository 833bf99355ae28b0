import { expose } from 'comlink';
import { Gemma3ForCausalLM } from '../../src/lib/gemma3/causalLanguageModel.js';
import type { GenerateInput } from '../../src/lib/gemma3/generationOptions.js';
import { parseGemma3Config } from '../../src/lib/gemma3/parseConfiguration.js';
import { warmUp } from '../../src/lib/gemma3/warmUp.js';
import { Runtime } from '../../src/lib/runtime/runtime.js';
import { urlSource } from '../../src/lib/sources/urlSource.js';
import { chooseDevice } from '../../workers/device.js';
import { loadOrt } from '../../workers/loadOrt.js';
import { countGpuCalls, type GpuCounts } from '../support/gpuCounts.js';

export interface CountedStep {
	readonly tokenId: number;
	readonly logits: Float32Array;
	readonly counts: GpuCounts;
}

/** A checkpoint's address, or a configuration for a model with random weights. */
export type ModelSpec =
	{ readonly url: string; readonly dtype?: 'q4' } | { readonly json: unknown };

const { counts, reset } = countGpuCalls();
let runtime: Promise<Runtime> | undefined;

/** Without a fallback: a node that has no WebGPU kernel is an error. */
async function openRuntime(): Promise<Runtime> {
	const chosen = await chooseDevice('webgpu', navigator.gpu);
	if (chosen.device !== 'webgpu') throw new Error(chosen.reason);
	const options = { ...chosen, disableCpuFallback: true, validationMode: 'basic' } as const;
	return new Runtime(await loadOrt('webgpu'), options);
}

async function openModel(spec: ModelSpec): Promise<Gemma3ForCausalLM> {
	runtime ??= openRuntime();
	const options = { runtime: await runtime };
	if ('url' in spec) {
		const { url, dtype } = spec;
		return Gemma3ForCausalLM.fromPretrained(urlSource(url), { ...options, dtype });
	}
	return Gemma3ForCausalLM.fromConfig(parseGemma3Config(spec.json), { ...options, seed: 1 });
}

/** Generates on WebGPU and counts what each token asks of it. */
async function generate(
	spec: ModelSpec,
	input: GenerateInput,
	isWarm = false
): Promise<CountedStep[]> {
	const model = await openModel(spec);
	const steps: CountedStep[] = [];
	try {
		if (isWarm) await warmUp(model, { budget: 0 });
		reset();
		for await (const { tokenIds, distribution } of model.generate(input)) {
			const { data } = distribution.logits;
			steps.push({ tokenId: tokenIds[0], logits: data, counts: { ...counts } });
			reset();
		}
		return steps;
	} finally {
		await model.dispose();
	}
}

/** What the newest token of a generation saw: `[layer][heads × keys]`, beside a pass over all tokens. */
async function read(spec: ModelSpec, input: GenerateInput) {
	const model = await openModel(spec);
	const { numHiddenLayers } = model.config.textConfig;
	const ids = [...input.inputIds[0]];
	const rows: Float32Array[] = [];
	try {
		for await (const step of model.generate(input)) {
			ids.push(step.tokenIds[0]);
			if (step.step + 1 < input.maxNewTokens!) continue;
			const reading = await step.read();
			for (let layer = 0; layer < numHiddenLayers; layer++) {
				rows.push((await reading.attention(layer)).data);
			}
		}
		const whole = await model.forward({
			inputIds: [ids],
			edits: input.edits,
			outputAttentions: true
		});
		const expected = whole.attentions!.map(({ dims, data }) => {
			const [, heads, queries, keys] = dims;
			const last = (head: number) => data.slice(((head + 1) * queries - 1) * keys).slice(0, keys);
			return Array.from({ length: heads }, (_, head) => [...last(head)]).flat();
		});
		return { rows, expected };
	} finally {
		await model.dispose();
	}
}

const service = { generate, read };
export type DecodeCountsService = typeof service;

expose(service);
