import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Gemma3ForCausalLM } from '../../src/lib/gemma3/causalLanguageModel.js';
import { decodeSafetensors } from '../../src/lib/safetensors/reader.js';
import { createTensor, type Tensor } from '../../src/lib/tensor/tensor.js';
import { formulaSource, type FormulaSpec } from '../support/formulaSource.js';
import { createNodeRuntime } from '../support/nodeRuntime.js';
import { compareExact, compareRelative, type Comparison } from './comparison.js';

/** Of max(1, largest reference value). Quantised weights are other weights: only the top token of q8 is checked. */
const TOLERANCES = { fp32: 1e-3, q8: 0.05, q4: 0.5 } as const;

export type FullSizeDtype = keyof typeof TOLERANCES;

type Golden = ReturnType<typeof decodeSafetensors>;

/** WebAssembly has 4 GiB for weights, their copies and everything else. */
const mostBytes = 2 * 2 ** 30;

/** The dtypes that fit in this machine's WebAssembly, and whether a run takes minutes. */
export function fullSizeRuns(directory: string): { dtype: FullSizeDtype; slow: boolean }[] {
	const { weights } = readSpec(directory);
	const count = weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0);
	const dtypes = Object.keys(TOLERANCES) as FullSizeDtype[];
	return dtypes
		.filter((dtype) => dtype !== 'fp32' || count * 4 <= mostBytes)
		.map((dtype) => ({ dtype, slow: count > 5e8 }));
}

/**
 * A model of a published shape with weights by formula (`spec.json`): the last position's hidden
 * state of every layer, its attention rows, and its logits.
 */
export async function runFullSizeCase(
	directory: string,
	dtype: FullSizeDtype
): Promise<Comparison[]> {
	const golden = decodeSafetensors(readFileSync(join(directory, 'golden.safetensors')), 'golden');
	const source = formulaSource(readSpec(directory));
	const runtime = createNodeRuntime();
	const model = await Gemma3ForCausalLM.fromPretrained(source, { runtime, dtype });
	const tolerance = TOLERANCES[dtype];
	const compare = (name: string, actual: Tensor) =>
		compareRelative(name, actual, float(golden, name), tolerance);
	try {
		const inputIds = [Array.from(golden.get('input_ids')!.data as BigInt64Array, Number)];
		const output = await model.forward({
			inputIds,
			logitsToKeep: 1,
			outputAttentions: true,
			outputHiddenStates: true
		});
		const logits = output.logits.data;
		const ids = Array.from(golden.get('last_logits_top20_ids')!.data as BigInt64Array, Number);
		const first = float(golden, 'last_logits_first256').data.length;
		const best = logits.indexOf(logits.reduce((max, value) => Math.max(max, value)));
		const place = ids.indexOf(best);
		const top = compare('last_logits_top20', vector(Float32Array.from(ids, (id) => logits[id])));
		const note = `top token is the reference's number ${place + 1}, top 20 logits off by ${top.maxError.toExponential(2)}`;
		return [
			...output.hiddenStates!.map((state, layer) =>
				compare(`hidden_states.${layer}.last`, lastState(state))
			),
			...output.attentions!.map((attention, layer) =>
				compare(`attentions.${layer}.last`, lastRows(attention))
			),
			compare('last_logits_first256', vector(logits.slice(0, first))),
			top,
			...(dtype === 'q4' ? [] : [compareExact('top token', best, ids[0])])
		].map((part) => ({ ...part, note: part.note ?? note }));
	} finally {
		await model.dispose();
	}
}

function readSpec(directory: string): FormulaSpec {
	return JSON.parse(readFileSync(join(directory, 'spec.json'), 'utf8')) as FormulaSpec;
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

function float(golden: Golden, name: string): Tensor {
	const tensor = golden.get(name);
	if (tensor === undefined) throw new RangeError(`golden.safetensors has no ${name}`);
	return tensor as Tensor;
}
