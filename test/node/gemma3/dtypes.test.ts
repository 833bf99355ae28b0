import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Gemma3ForCausalLM } from '../../../src/lib/gemma3/causalLanguageModel.js';
import { Gemma3ForConditionalGeneration } from '../../../src/lib/gemma3/conditionalGeneration.js';
import { loadProcessor } from '../../../src/lib/gemma3/loadProcessor.js';
import { loadConfig } from '../../../src/lib/gemma3/pretrained.js';
import { keptDtype } from '../../../src/lib/gemma3/weights.js';
import { decodeSafetensors } from '../../../src/lib/safetensors/reader.js';
import { directorySource } from '../../../src/lib/sources/directorySource.js';
import type { WeightDtype } from '../../../src/lib/tensor/packedMatrix.js';
import { createTensor, type Tensor } from '../../../src/lib/tensor/tensor.js';
import { largestError } from '../../support/largestError.js';
import { createNodeRuntime } from '../../support/nodeRuntime.js';

const folder = 'static/models/gemma3-mini';
const runtime = createNodeRuntime();
const dtypes = ['fp32', 'fp16', 'q8', 'q4'] as const;
/** Continued by the model itself in float32: what it was trained on. */
const prompt = 'Plants create energy through a process known as';

let ids: number[];
beforeAll(async () => {
	const source = directorySource(folder);
	const processor = await loadProcessor(source, await loadConfig(source));
	const { inputIds } = processor.process({ text: [prompt] });
	ids = [...inputIds[0]];
	const model = await Gemma3ForCausalLM.fromPretrained(source, { runtime });
	const input = { inputIds: [ids], maxNewTokens: 64, doSample: false, eosTokenId: [] };
	const written: number[] = [];
	for await (const { tokenIds } of model.generate(input)) written.push(tokenIds[0]);
	await model.dispose();
	ids.push(...written);
});

interface Result {
	readonly logits: Tensor;
	readonly loss: number;
	readonly bytes: number;
}
const results = new Map<WeightDtype, Result>();

async function run(dtype: WeightDtype): Promise<Result> {
	const model = await Gemma3ForCausalLM.fromPretrained(directorySource(folder), { runtime, dtype });
	const { logits, loss } = await model.forward({ inputIds: [ids], labels: [ids] });
	const bytes = model.weightBytes;
	await model.dispose();
	return { logits, loss: loss!, bytes };
}

const top = ({ dims: [, positions, width], data }: Tensor) =>
	Array.from({ length: positions }, (_, at) => {
		const row = data.subarray(at * width, (at + 1) * width);
		return row.indexOf(row.reduce((max, value) => Math.max(max, value)));
	});

afterAll(() => {
	const exact = results.get('fp32')!;
	for (const [dtype, { logits, loss, bytes }] of results) {
		const agreeing = top(logits).filter((id, at) => id === top(exact.logits)[at]).length;
		console.log(
			`gemma3-mini ${dtype}: ${(bytes / 1e6).toFixed(1)} MB, perplexity ${Math.exp(loss).toFixed(3)}, ` +
				`logits off by ${largestError(logits.data, exact.logits.data).toExponential(1)}, ` +
				`top token equal at ${agreeing} of ${ids.length} positions`
		);
	}
});

test.for(dtypes)('the embedded model runs with %s weights, near to float32', async (dtype) => {
	const result = await run(dtype);
	results.set(dtype, result);
	const exact = results.get('fp32')!;
	const error = largestError(result.logits.data, exact.logits.data);
	expect(error).toBeLessThan({ fp32: 1e-9, fp16: 1e-2, q8: 0.05, q4: 0.5 }[dtype]);
	if (dtype === 'fp32') return;
	expect(error).toBeGreaterThan(0);
	if (dtype !== 'q4') expect(top(result.logits).at(-1)).toBe(top(exact.logits).at(-1));
	expect(Math.abs(result.loss - exact.loss)).toBeLessThan(dtype === 'q4' ? 0.2 : 0.01);
	if (dtype !== 'fp16') expect(result.bytes).toBeLessThan(exact.bytes / 2.5);
});

test('the vision tower runs with quantised weights too', async () => {
	const golden = decodeSafetensors(
		readFileSync('test/fixtures/goldens/multimodal/golden.safetensors')
	);
	const source = directorySource('test/fixtures/goldens/multimodal');
	const pixelValues = golden.get('pixel_values') as Tensor;
	const expected = golden.get('image_features') as Tensor;
	for (const [dtype, tolerance] of [
		['q8', 0.02],
		['q4', 0.3]
	] as const) {
		const model = await Gemma3ForConditionalGeneration.fromPretrained(source, { runtime, dtype });
		const features = await model.getImageFeatures(pixelValues);
		const error = largestError(features.data, expected.data);
		console.log(`image features with ${dtype}: off by ${error.toExponential(1)}`);
		expect(createTensor('float32', features.dims, features.data).dims).toEqual(expected.dims);
		expect(error).toBeGreaterThan(0);
		expect(error).toBeLessThan(tolerance);
		await model.dispose();
	}
});

test('only linear layers and the embedding are packed, the embedding never below 8 bits', () => {
	expect(keptDtype('layers.3.self_attn.q_proj.weight', 'q4')).toBe('q4');
	expect(keptDtype('layers.3.mlp.down_proj.weight', 'fp16')).toBe('fp16');
	expect(keptDtype('vision_tower.encoder.layers.3.mlp.fc2.weight', 'q4')).toBe('q4');
	expect(keptDtype('vision_tower.encoder.layers.3.self_attn.out_proj.weight', 'q8')).toBe('q8');
	expect(keptDtype('embed_tokens.weight', 'q4')).toBe('q8');
	expect(keptDtype('lm_head.weight', 'q4')).toBe('q8');
	expect(keptDtype('embed_tokens.weight', 'fp16')).toBe('fp16');
	for (const name of [
		'layers.3.self_attn.q_norm.weight',
		'layers.3.self_attn.q_proj.bias',
		'norm.weight',
		'score.weight',
		'vision_tower.embeddings.position_embedding.weight',
		'multi_modal_projector.mm_input_projection_weight'
	]) {
		expect([name, keptDtype(name, 'q4')]).toEqual([name, 'fp32']);
	}
});
