import { releaseProxy, wrap, type Remote } from 'comlink';
import { afterAll, expect, test } from 'vitest';
import { decodeSafetensors } from '../../src/lib/safetensors/reader.js';
import type { Tensor } from '../../src/lib/tensor/tensor.js';
import { largestError } from '../support/largestError.js';
import type { DecodeCountsService } from './decodeCounts.worker.js';

const url = `${location.origin}/test/fixtures/goldens/text/`;
const { remote, stop } = startWorker();
afterAll(stop);

/** A worker has a device of its own, on which nothing is compiled yet. */
function startWorker(): { remote: Remote<DecodeCountsService>; stop: () => void } {
	const worker = new Worker(new URL('./decodeCounts.worker.ts', import.meta.url), {
		type: 'module'
	});
	const remote = wrap<DecodeCountsService>(worker);
	const stop = () => {
		remote[releaseProxy]();
		worker.terminate();
	};
	return { remote, stop };
}

async function readGolden() {
	const response = await fetch(`${url}golden.safetensors`);
	return decodeSafetensors(new Uint8Array(await response.arrayBuffer()), 'golden');
}

/** Two tokens: the first run of the graph is recorded, the second is the first one repeated. */
const warmUp = 2;

test('after warm-up 40 tokens compile nothing and wait once each, at 22 dispatches a layer', async () => {
	const golden = await readGolden();
	const numbers = (name: string) => Array.from(golden.get(name)!.data as BigInt64Array, Number);
	const inputIds = [numbers('input_ids')];
	const generated = numbers('generated_ids').slice(inputIds[0].length);
	const stepLogits = golden.get('step_logits') as Tensor;
	const [, , vocabSize] = stepLogits.dims;
	// The window is 8, so the ring of the local layers wraps.
	const input = { inputIds, maxNewTokens: 42, eosTokenId: [], chunkSize: 16 };
	const steps = await remote.generate({ url }, input);
	let error = 0;
	generated.forEach((id, step) => {
		expect(steps[step].tokenId).toBe(id);
		const expected = stepLogits.data.subarray(step * vocabSize, (step + 1) * vocabSize);
		error = Math.max(error, largestError(steps[step].logits, expected));
	});
	console.log(`step_logits on WebGPU: largest relative error ${error.toExponential(2)}`);
	expect(error).toBeLessThan(1e-5);

	const numLayers = 12;
	for (const { counts } of steps.slice(warmUp)) {
		expect(counts.pipelines).toBe(0);
		expect(counts.shaderModules).toBe(0);
		expect(counts.maps).toBe(1);
		expect(counts.bindGroups).toBe(0);
		// Beside the layers: the first norm, and the head.
		expect(counts.dispatches).toBe(22 * numLayers + 2);
	}
	console.log(`a token on WebGPU: ${JSON.stringify(steps.at(-1)!.counts)}`);
	expect(steps.length - warmUp).toBe(40);
});

test('200 tokens after a warm-up compile nothing and wait once each', async () => {
	const response = await fetch(`${url}config.json`);
	const json = { ...(await response.json()), num_hidden_layers: 2 };
	const layer_types = ['sliding_attention', 'full_attention'];
	const prompt = Array.from({ length: 100 }, (_, i) => 5 + ((i * 7) % 90));
	const input = { inputIds: [prompt], maxNewTokens: 204, eosTokenId: [], expectedLength: 304 };
	const steps = await remote.generate({ json: { ...json, layer_types } }, input, true);
	const later = steps.slice(warmUp + 2).map(({ counts }) => counts);
	expect(later.map(({ pipelines, shaderModules }) => pipelines + shaderModules)).toEqual(
		Array(200).fill(0)
	);
	expect(later.map(({ maps }) => maps)).toEqual(Array(200).fill(1));
});

test('with one key head, as the 270M and the 1B have, a layer takes 21 dispatches, of a prompt 23', async () => {
	const response = await fetch(`${url}config.json`);
	const json = { ...(await response.json()), num_key_value_heads: 1, num_hidden_layers: 6 };
	const input = { inputIds: [[2, 9, 40, 33, 7]], maxNewTokens: 5, eosTokenId: [] };
	const steps = await remote.generate({ json: { ...json, layer_types: undefined } }, input);
	for (const { counts } of steps.slice(warmUp)) expect(counts.dispatches).toBe(21 * 6 + 2);
	console.log(`a prompt on WebGPU: ${JSON.stringify(steps[0].counts)}`);
	// Beside the layers: zeros for each layer's keys and values, the first norm, the last row, the head.
	expect(steps[0].counts.dispatches).toBe(23 * 6 + 12 + 3);
});

test('with weights of 4 bits a layer takes 21 dispatches', async () => {
	const input = { inputIds: [[2, 9, 40, 33, 7]], maxNewTokens: 5, eosTokenId: [] };
	const steps = await remote.generate({ url, dtype: 'q4' }, input);
	for (const { counts } of steps.slice(warmUp)) expect(counts.dispatches).toBe(21 * 12 + 2);
});

test('a model that was warmed up compiles nothing for its first prompt', async () => {
	const prompt = [2, 9, 40, 33, 7, 12, 90, 31, 8, 8, 14];
	const input = { inputIds: [prompt], maxNewTokens: 4, eosTokenId: [], expectedLength: 272 };
	const { remote, stop } = startWorker();
	try {
		const steps = await remote.generate({ url }, input, true);
		expect(steps.map(({ counts }) => counts.pipelines)).toEqual([0, 0, 0, 0]);
		// What was recorded in the warm-up is repeated from the first token on.
		expect(steps.map(({ counts }) => counts.bindGroups).slice(1)).toEqual([0, 0, 0]);
	} finally {
		stop();
	}
});

test('recorded passes show what a pass over all tokens shows, with and without edits of heads', async () => {
	const response = await fetch(`${url}config.json`);
	const text = await response.json();
	const small = { ...text, num_hidden_layers: 6, layer_types: undefined };
	const edits = [
		{ layer: 1, head: 2, queries: { start: 4, end: 9 }, keys: { start: 1, end: 4 }, open: false },
		{ layer: 5, queries: { start: 6, end: 9 }, keys: { start: 0, end: 2 }, open: false }
	];
	let error = 0;
	for (const heads of [1, 2]) {
		for (const some of [[], edits]) {
			const spec = { json: { ...small, num_key_value_heads: heads } };
			const inputIds = [[2, ...Array.from({ length: 21 }, (_, i) => 5 + ((i * 37) % 90))]];
			// Three passes over a window of 8: in the last one, which is padded, the ring wraps.
			const input = { inputIds, edits: some, maxNewTokens: 3, eosTokenId: [], chunkSize: 8 };
			const { rows, expected } = await remote.read(spec, input);
			rows.forEach((row, layer) => {
				error = Math.max(error, largestError(row, expected[layer]));
			});
		}
	}
	console.log(`rows of recorded passes: largest error ${error.toExponential(2)}`);
	expect(error).toBeLessThan(2e-6);
});
