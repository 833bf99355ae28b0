import { releaseProxy, wrap } from 'comlink';
import { expect, test } from 'vitest';
import { decodeSafetensors } from '../../src/lib/safetensors/reader.js';
import type { Tensor } from '../../src/lib/tensor/tensor.js';
import { largestError } from '../support/largestError.js';
import type { DecodeCountsService } from './decodeCounts.worker.js';

const folder = `${location.origin}/test/fixtures/goldens/text/`;
const numLayers = 12;

test('after warm-up a token compiles nothing and waits once, and its logits are the reference', async () => {
	const response = await fetch(`${folder}golden.safetensors`);
	const golden = decodeSafetensors(new Uint8Array(await response.arrayBuffer()), 'golden');
	const numbers = (name: string) => Array.from(golden.get(name)!.data as BigInt64Array, Number);
	const inputIds = [numbers('input_ids')];
	const generated = numbers('generated_ids').slice(inputIds[0].length);
	const stepLogits = golden.get('step_logits') as Tensor;
	const worker = new Worker(new URL('./decodeCounts.worker.ts', import.meta.url), {
		type: 'module'
	});
	const remote = wrap<DecodeCountsService>(worker);
	try {
		const maxNewTokens = 40;
		const steps = await remote.generate(folder, {
			inputIds,
			maxNewTokens,
			eosTokenId: [],
			keepReadings: true
		});
		const vocabSize = stepLogits.dims[2];
		let error = 0;
		generated.forEach((id, step) => {
			expect(steps[step].tokenId).toBe(id);
			const expected = stepLogits.data.subarray(step * vocabSize, (step + 1) * vocabSize);
			error = Math.max(error, largestError(steps[step].logits, expected));
		});
		console.log(`step_logits on WebGPU: largest relative error ${error.toExponential(2)}`);
		console.log(JSON.stringify(steps.map(({ counts }) => counts).slice(0, 5)));
		console.log(
			JSON.stringify(steps.at(-1)!.counts),
			steps.map(({ milliseconds }) => milliseconds.toFixed(0)).join(' ')
		);
		console.log('per layer', steps.at(-1)!.counts.dispatches / numLayers);
		expect(error).toBeLessThan(1e-5);
	} finally {
		remote[releaseProxy]();
		worker.terminate();
	}
});
