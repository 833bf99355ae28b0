import { releaseProxy, wrap } from 'comlink';
import { expect, test } from 'vitest';
import { decodeSafetensors } from '../../src/lib/safetensors/reader.js';
import type { Tensor } from '../../src/lib/tensor/tensor.js';
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
	} finally {
		remote[releaseProxy]();
		worker.terminate();
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
