import { releaseProxy, wrap } from 'comlink';
import { expect, test } from 'vitest';
import { decodeSafetensors } from '../../src/lib/safetensors/reader.js';
import type { Tensor } from '../../src/lib/tensor/tensor.js';
import { softmaxStages } from '../../src/lib/views/softmaxStages.js';
import type { GoldenCaseService } from './goldenCase.worker.js';

const folder = `${location.origin}/test/fixtures/goldens/text/`;

test('the text case on WebGPU in a worker, without a node on the CPU, is the reference', async () => {
	const response = await fetch(`${folder}golden.safetensors`);
	const golden = decodeSafetensors(new Uint8Array(await response.arrayBuffer()), 'golden');
	const worker = new Worker(new URL('./goldenCase.worker.ts', import.meta.url), {
		type: 'module'
	});
	const remote = wrap<GoldenCaseService>(worker);
	try {
		const inputIds = [Array.from(golden.get('input_ids')!.data as BigInt64Array, Number)];
		const output = await remote.forward(folder, inputIds);
		const attention = output.attentions.map((one, layer) => error(one, `attentions.${layer}`));
		const states = output.hiddenStates.map((one, layer) => error(one, `hidden_states.${layer}`));
		const largest = Math.max(...attention.map(({ absolute }) => absolute));
		const relative = Math.max(
			...[...states, error(output.logits, 'logits')].map((e) => e.relative)
		);
		console.log(
			`WebGPU: attentions ${largest.toExponential(2)}, states ${relative.toExponential(2)}`
		);
		expect(largest).toBeLessThan(1e-4);
		expect(relative).toBeLessThan(1e-4);

		const { products, added, queryPreAttnScalar } = await remote.insides(folder, inputIds);
		const stages = products.map((one, layer) => lastRowError(one, layer, queryPreAttnScalar));
		const sums = added.slice(0, -1).map((one, layer) => sumError(one, layer));
		console.log(
			`WebGPU: stages ${Math.max(...stages).toExponential(2)}, added ${Math.max(...sums).toExponential(2)}`
		);
		expect(Math.max(...stages)).toBeLessThan(1e-4);
		expect(Math.max(...sums)).toBeLessThan(1e-4);
	} finally {
		remote[releaseProxy]();
		worker.terminate();
	}

	/** Products of the last query through scale, mask and softmax, against the reference's weights. */
	function lastRowError({ dims: [heads, keys], data }: Tensor, layer: number, scalar: number) {
		const expected = (golden.get(`attentions.${layer}`) as Tensor).data;
		let largest = 0;
		for (let head = 0; head < heads; head++) {
			const row = expected.subarray(((head + 1) * keys - 1) * keys, (head + 1) * keys * keys);
			const open = Array.from(row, (weight) => Number(weight > 0));
			const { weights } = softmaxStages(
				data.subarray(head * keys, (head + 1) * keys),
				open,
				scalar
			);
			weights.forEach((weight, i) => (largest = Math.max(largest, Math.abs(weight - row[i]))));
		}
		return largest;
	}

	/** A state and what both halves of its layer added, against the reference's next state. */
	function sumError({ data }: Tensor, layer: number) {
		const before = (golden.get(`hidden_states.${layer}`) as Tensor).data;
		const sum = before.map((value, i) => value + data[i] + data[before.length + i]);
		const dims = (golden.get(`hidden_states.${layer + 1}`) as Tensor).dims;
		return error({ dtype: 'float32', dims, data: sum }, `hidden_states.${layer + 1}`).relative;
	}

	function error(actual: Tensor, name: string) {
		const expected = golden.get(name) as Tensor;
		expect(actual.dims).toEqual(expected.dims);
		const scale = expected.data.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
		const absolute = expected.data.reduce(
			(max, value, i) => Math.max(max, Math.abs(value - actual.data[i])),
			0
		);
		return { absolute, relative: absolute / scale };
	}
});
