import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Gemma3ForCausalLM } from '../../src/lib/gemma3/causalLanguageModel.js';
import { decodeSafetensors } from '../../src/lib/safetensors/reader.js';
import { createTensor, type Tensor } from '../../src/lib/tensor/tensor.js';
import { formulaSource, type FormulaSpec } from '../support/formulaSource.js';
import { createNodeRuntime } from '../support/nodeRuntime.js';
import { compareExact, compareRelative, type Comparison } from './comparison.js';

/** Of max(1, largest reference value). */
const RELATIVE = 1e-3;

type Golden = ReturnType<typeof decodeSafetensors>;

/**
 * A model of a published shape with weights by formula (`spec.json`): the last position's hidden
 * state of every layer, its attention rows, and its logits.
 */
export async function runFullSizeCase(directory: string): Promise<Comparison[]> {
	const golden = decodeSafetensors(readFileSync(join(directory, 'golden.safetensors')), 'golden');
	const spec = JSON.parse(readFileSync(join(directory, 'spec.json'), 'utf8')) as FormulaSpec;
	const source = formulaSource(spec);
	const model = await Gemma3ForCausalLM.fromPretrained(source, { runtime: createNodeRuntime() });
	try {
		const inputIds = [Array.from(golden.get('input_ids')!.data as BigInt64Array, Number)];
		const output = await model.forward({
			inputIds,
			logitsToKeep: 1,
			outputAttentions: true,
			outputHiddenStates: true
		});
		return [
			...output.hiddenStates!.map((state, layer) =>
				relative(golden, `hidden_states.${layer}.last`, lastState(state))
			),
			...output.attentions!.map((attention, layer) =>
				relative(golden, `attentions.${layer}.last`, lastRows(attention))
			),
			...compareLogits(golden, output.logits.data)
		];
	} finally {
		await model.dispose();
	}
}

function compareLogits(golden: Golden, logits: Float32Array): Comparison[] {
	const ids = Array.from(golden.get('last_logits_top20_ids')!.data as BigInt64Array, Number);
	const first = float(golden, 'last_logits_first256').data.length;
	const order = Array.from(logits.keys()).sort((a, b) => logits[b] - logits[a] || a - b);
	return [
		relative(golden, 'last_logits_first256', vector(logits.slice(0, first))),
		relative(golden, 'last_logits_top20', vector(Float32Array.from(ids, (id) => logits[id]))),
		compareExact('top token', order[0], ids[0])
	];
}

function lastState({ dims: [, positions, width], data }: Tensor): Tensor {
	return vector(data.slice((positions - 1) * width, positions * width));
}

/** `[heads, keys]` of the last query. */
function lastRows({ dims: [, heads, queries, keys], data }: Tensor): Tensor {
	const rows = new Float32Array(heads * keys);
	for (let head = 0; head < heads; head++) {
		const start = ((head + 1) * queries - 1) * keys;
		rows.set(data.subarray(start, start + keys), head * keys);
	}
	return createTensor('float32', [heads, keys], rows);
}

function vector(data: Float32Array): Tensor {
	return createTensor('float32', [data.length], data);
}

function relative(golden: Golden, name: string, actual: Tensor): Comparison {
	return compareRelative(name, actual, float(golden, name), RELATIVE);
}

function float(golden: Golden, name: string): Tensor {
	const tensor = golden.get(name);
	if (tensor === undefined) throw new RangeError(`golden.safetensors has no ${name}`);
	return tensor as Tensor;
}
