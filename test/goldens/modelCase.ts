import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Gemma3ForCausalLM } from '../../src/lib/gemma3/causalLanguageModel.js';
import { Gemma3ForConditionalGeneration } from '../../src/lib/gemma3/conditionalGeneration.js';
import type { MultimodalOutput } from '../../src/lib/gemma3/multimodalModel.js';
import type { Batch } from '../../src/lib/gemma3/modelInputs.js';
import { Gemma3ForSequenceClassification } from '../../src/lib/gemma3/sequenceClassification.js';
import type { SequenceOptions } from '../../src/lib/gemma3/tokenSequence.js';
import { decodeSafetensors } from '../../src/lib/safetensors/reader.js';
import { directorySource } from '../../src/lib/sources/directorySource.js';
import { createTensor, type Tensor } from '../../src/lib/tensor/tensor.js';
import { createNodeRuntime } from '../support/nodeRuntime.js';
import { compareAbsolute, compareExact, compareRelative, type Comparison } from './comparison.js';

/** Hidden states, logits and image features: of max(1, largest reference value). */
const RELATIVE = 1e-5;
/** Attention weights, which lie between 0 and 1. */
const ATTENTION = 5e-6;

type Golden = ReturnType<typeof decodeSafetensors>;

/** Compares every tensor of a model's `golden.safetensors` with our own run of the checkpoint beside it. */
export async function runModelCase(directory: string): Promise<Comparison[]> {
	const golden = decodeSafetensors(readFileSync(join(directory, 'golden.safetensors')), 'golden');
	const config = JSON.parse(readFileSync(join(directory, 'config.json'), 'utf8'));
	const architecture = String(config.architectures?.[0]);
	if (/ForSequenceClassification$/.test(architecture)) return runClassifier(directory, golden);
	if (/ForCausalLM$/.test(architecture)) return runGenerative(directory, golden, Gemma3ForCausalLM);
	if (/ForConditionalGeneration$/.test(architecture)) {
		return runGenerative(directory, golden, Gemma3ForConditionalGeneration);
	}
	const note = `no such architecture here: ${architecture}`;
	return [{ name: 'architecture', maxError: Infinity, tolerance: 0, note }];
}

async function runGenerative(
	directory: string,
	golden: Golden,
	Model: typeof Gemma3ForCausalLM | typeof Gemma3ForConditionalGeneration
): Promise<Comparison[]> {
	const options = { runtime: createNodeRuntime() };
	const model = await Model.fromPretrained(directorySource(directory), options);
	try {
		const inputs = toInputs(golden);
		const output = await model.forward({
			...inputs,
			outputAttentions: true,
			outputHiddenStates: true
		});
		const parts: Comparison[] = [];
		output.hiddenStates!.forEach((state, layer) => {
			parts.push(relative(golden, `hidden_states.${layer}`, state));
		});
		output.attentions!.forEach((attention, layer) => {
			const name = `attentions.${layer}`;
			parts.push(compareAbsolute(name, attention, float(golden, name), ATTENTION));
		});
		parts.push(relative(golden, 'logits', output.logits));
		for (const name of ['image_features', 'image_hidden_states']) {
			if (!golden.has(name)) continue;
			const { imageHiddenStates } = output as MultimodalOutput;
			if (imageHiddenStates) parts.push(relative(golden, name, imageHiddenStates));
			else parts.push({ name, maxError: Infinity, tolerance: 0, note: 'no image features' });
		}
		return [...parts, ...(await compareGeneration(model, golden, inputs))];
	} finally {
		await model.dispose();
	}
}

/** Ways to the same logits: what the cache keeps, and in which pieces the prompt runs. */
const paths: readonly (SequenceOptions & { readonly name: string })[] = [
	{ name: 'cache', ring: false },
	{ name: 'ring', ring: true },
	{ name: 'chunks of 4', ring: false, chunkSize: 4 },
	{ name: 'chunks of 4 over a ring', ring: true, chunkSize: 4 },
	{ name: 'chunks of 1 over a ring', ring: true, chunkSize: 1, keepReadings: true }
];

async function compareGeneration(
	model: Gemma3ForCausalLM | Gemma3ForConditionalGeneration,
	golden: Golden,
	inputs: ReturnType<typeof toInputs>
): Promise<Comparison[]> {
	if (!golden.has('generated_ids')) return [];
	const expected = toBatch(golden, 'generated_ids')!;
	const stepLogits = float(golden, 'step_logits');
	const maxNewTokens = expected[0].length - inputs.inputIds[0].length;
	const parts: Comparison[] = [];
	for (const { name, ...path } of paths) {
		const generated = inputs.inputIds.map((row) => [...row]);
		const logits: number[][][] = generated.map(() => []);
		for await (const step of model.generate({ ...inputs, ...path, maxNewTokens })) {
			const { dims, data } = step.distribution.logits;
			step.tokenIds.forEach((id, row) => {
				generated[row].push(id);
				logits[row].push([...data.subarray(row * dims[1], (row + 1) * dims[1])]);
			});
		}
		const dims = [logits.length, logits[0].length, stepLogits.dims[2]];
		const actual = createTensor('float32', dims, Float32Array.from(logits.flat(2)));
		parts.push(
			compareExact(`generated_ids by ${name}`, generated, expected),
			compareRelative(`step_logits by ${name}`, actual, stepLogits, RELATIVE)
		);
	}
	return [...parts, ...(await compareUncached(model, inputs, expected, stepLogits))];
}

/** The same logits by one pass over everything, without a cache. */
async function compareUncached(
	model: Gemma3ForCausalLM | Gemma3ForConditionalGeneration,
	inputs: ReturnType<typeof toInputs>,
	expected: Batch,
	stepLogits: Tensor
): Promise<Comparison[]> {
	const promptLength = inputs.inputIds[0].length;
	const added = expected[0].length - promptLength - 1;
	const longer = (rows: Batch | undefined, value: number) =>
		rows?.map((row) => [...row, ...Array<number>(added).fill(value)]);
	const output = await model.forward({
		...inputs,
		inputIds: expected.map((row) => row.slice(0, -1)),
		attentionMask: longer(inputs.attentionMask, 1),
		tokenTypeIds: longer(inputs.tokenTypeIds, 0),
		positionIds: longer(inputs.attentionMask, 1)?.map(countPositions),
		logitsToKeep: added + 1
	});
	return [compareRelative('step_logits by one pass', output.logits, stepLogits, RELATIVE)];
}

function countPositions(mask: readonly number[]): number[] {
	let count = 0;
	return mask.map((real) => (real === 0 ? 1 : count++));
}

async function runClassifier(directory: string, golden: Golden): Promise<Comparison[]> {
	const model = await Gemma3ForSequenceClassification.fromPretrained(directorySource(directory), {
		runtime: createNodeRuntime()
	});
	try {
		const output = await model.forward(toInputs(golden));
		return [relative(golden, 'logits', output.logits)];
	} finally {
		await model.dispose();
	}
}

function relative(golden: Golden, name: string, actual: Tensor): Comparison {
	return compareRelative(name, actual, float(golden, name), RELATIVE);
}

function toInputs(golden: Golden) {
	return {
		inputIds: toBatch(golden, 'input_ids')!,
		attentionMask: toBatch(golden, 'attention_mask'),
		tokenTypeIds: toBatch(golden, 'token_type_ids'),
		pixelValues: golden.has('pixel_values') ? float(golden, 'pixel_values') : undefined
	};
}

function float(golden: Golden, name: string): Tensor {
	const tensor = golden.get(name);
	if (tensor?.dtype !== 'float32') throw new Error(`the golden has no float tensor ${name}`);
	return tensor;
}

function toBatch(golden: Golden, name: string): Batch | undefined {
	const tensor = golden.get(name);
	if (tensor?.dtype !== 'int64') return undefined;
	const [rows, length] = tensor.dims;
	const values = Array.from(tensor.data, Number);
	return Array.from({ length: rows }, (_, row) => values.slice(row * length, (row + 1) * length));
}
