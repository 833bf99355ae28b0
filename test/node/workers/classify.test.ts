import { mkdtempSync, readFileSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-web';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Gemma3ForConditionalGeneration } from '../../../src/lib/gemma3/conditionalGeneration.js';
import { pipeline } from '../../../src/lib/gemma3/pipeline.js';
import { loadPretrained } from '../../../src/lib/gemma3/pretrained.js';
import { tensorOf } from '../../../src/lib/gemma3/weights.js';
import { decodeSafetensors } from '../../../src/lib/safetensors/reader.js';
import { encodeSafetensors, type WritableTensor } from '../../../src/lib/safetensors/writer.js';
import { directorySource } from '../../../src/lib/sources/directorySource.js';
import { createTensor, type Tensor } from '../../../src/lib/tensor/tensor.js';
import { classifyRun } from '../../../workers/classify.js';
import { ModelService } from '../../../workers/inferenceService.js';
import { ModelRun } from '../../../workers/modelRun.js';
import { compareRelative } from '../../goldens/comparison.js';
import { createNodeRuntime } from '../../support/nodeRuntime.js';

const MINI = 'static/models/gemma3-mini';
const createService = () =>
	new ModelService({
		loadOrt: async () => {
			ort.env.wasm.numThreads = 1;
			return ort;
		},
		openSource: directorySource
	});
const load = (to: ModelService, url: string, dtype?: 'q4') =>
	to.load({ source: { kind: 'url', url }, name: 'a model', device: 'wasm', dtype });
const plain = (text: string) => ({ prompt: { kind: 'plain' as const, text } });

const service = createService();
beforeAll(async () => void (await load(service, MINI)));
afterAll(() => service.dispose());

test('a run of the page’s model agrees with the reference’s classifiers, with a picture too', async () => {
	for (const name of ['classification', 'classification-image']) {
		const folder = `test/fixtures/goldens/${name}`;
		const golden = decodeSafetensors(readFileSync(`${folder}/golden.safetensors`));
		const row = (key: string) => Array.from(golden.get(key)!.data, Number);
		const parts = { head: 'lm', vision: 'if configured' } as const;
		const runtime = createNodeRuntime();
		const { config, weights } = await loadPretrained(directorySource(folder), parts, { runtime });
		const model = await Gemma3ForConditionalGeneration.fromWeights(config, weights, { runtime });
		const pixelValues = golden.get('pixel_values') as Tensor | undefined;
		const input = {
			inputIds: [row('input_ids')],
			tokenTypeIds: [row('token_type_ids')],
			imageFeatures: pixelValues && (await model.getImageFeatures(pixelValues))
		};
		const run = await ModelRun.create(model, input);
		const tokens = input.inputIds[0].map((id, position) => ({
			...{ id, position, text: '', kind: 'text' as const },
			...{ turn: null, imageIndex: null, step: null }
		}));
		const info = {
			...{ name, config, device: 'wasm' as const, deviceReason: '', dtype: 'fp32' as const },
			...{ weightBytes: 0, recorded: false }
		};
		const score = tensorOf(weights, 'score.weight');
		const { token, labels } = await classifyRun({ info, score, lostScore: false }, run, tokens);
		expect(token.position).toBe(tokens.length - 1);
		expect(labels.map(({ label }) => label)).toEqual(labels.map((_, i) => `label-${i}`));
		const logits = Float32Array.from(labels, ({ logit }) => logit);
		const { maxError, tolerance } = compareRelative(
			'logits',
			createTensor('float32', [1, labels.length], logits),
			golden.get('logits') as Tensor,
			1e-5
		);
		console.log(`${name}: logits within ${maxError.toExponential(1)}`);
		expect(maxError).toBeLessThanOrEqual(tolerance);
		run.dispose();
		await model.dispose();
	}
});

test('texts get the labels and probabilities that the toolkit’s pipeline gives them', async () => {
	const options = { runtime: createNodeRuntime() };
	const pipe = await pipeline('text-classification', directorySource(MINI), options);
	const found: string[] = [];
	for (const text of ['This film is wonderful.', 'The soup was awful.', 'The film is on Monday.']) {
		const run = await service.run(plain(text));
		const { token, scoreFunction, labels } = await service.classify(run.id);
		expect(token).toEqual(run.tokens.at(-1));
		expect(scoreFunction).toBe('softmax');
		expect(labels.map(({ label }) => label)).toEqual(['negative', 'neutral', 'positive']);
		const scores = await pipe.call(text, { topK: null });
		for (const { label, probability } of labels) {
			const { score } = scores.find((one) => one.label === label)!;
			expect(probability).toBeCloseTo(score, 5);
		}
		found.push(scores[0].label);
		await service.release(run.id);
	}
	expect(found).toEqual(['positive', 'negative', 'neutral']);
	await pipe.dispose();
});

test('the token read is the last that is no padding, and mask edits count', async () => {
	const run = await service.run(plain('This film is wonderful.'));
	const before = await service.classify(run.id);
	const padded = await service.run(plain('This film is wonderful.<pad><pad>'));
	expect(padded.tokens).toHaveLength(run.tokens.length + 2);
	const after = await service.classify(padded.id);
	expect(after.token).toEqual(before.token);
	after.labels.forEach(({ logit }, i) => expect(logit).toBeCloseTo(before.labels[i].logit, 4));
	const last = { start: run.tokens.length - 1, end: run.tokens.length };
	const edits = Array.from({ length: 12 }, (_, layer) => ({
		...{ layer, queries: last, keys: { start: 0, end: last.start }, open: false }
	}));
	const blind = await service.run({ ...plain('This film is wonderful.'), edits });
	const { labels } = await service.classify(blind.id);
	expect(Math.abs(labels[2].logit - before.labels[2].logit)).toBeGreaterThan(0.5);
});

test('a prompt with a picture is classified, and weights in 4 bits leave the head as it is', async () => {
	const small = createService();
	await load(small, MINI, 'q4');
	const blob = new Blob([readFileSync('static/examples/red-circle.png')]);
	const picture = { ...plain('<start_of_image>'), pictures: [{ name: 'circle', blob }] };
	for (const one of [small, service]) {
		const run = await one.run(picture);
		const { token, labels } = await one.classify(run.id);
		expect(token.position).toBe(run.tokens.length - 1);
		expect(labels.reduce((sum, { probability }) => sum + probability!, 0)).toBeCloseTo(1, 6);
	}
	const { labels } = await small.classify((await small.run(plain('This film is wonderful.'))).id);
	expect(labels[2].probability).toBeGreaterThan(0.9);
	await small.dispose();
});

test('a run that is gone and a signal that was given are told', async () => {
	const run = await service.run(plain('No.'));
	await expect(service.classify(run.id, AbortSignal.abort())).rejects.toMatchObject({
		name: 'AbortError'
	});
	await service.release(run.id);
	await expect(service.classify(run.id)).rejects.toThrow('was released; run the prompt again');
});

/** A copy of the embedded model with another configuration or another head. */
async function copyModel(
	change: (config: Record<string, unknown>, weights: Map<string, WritableTensor>) => void
): Promise<string> {
	const folder = mkdtempSync(join(tmpdir(), 'classifier-'));
	await cp(MINI, folder, { recursive: true });
	const config = JSON.parse(readFileSync(join(MINI, 'config.json'), 'utf8'));
	const weights = new Map<string, WritableTensor>();
	for (const [name, tensor] of decodeSafetensors(readFileSync(join(MINI, 'model.safetensors')))) {
		const data = tensor.data as Float32Array;
		weights.set(name, { dtype: 'F32', shape: tensor.dims, data });
	}
	change(config, weights);
	await writeFile(join(folder, 'config.json'), JSON.stringify(config));
	await writeFile(join(folder, 'model.safetensors'), encodeSafetensors(weights));
	return folder;
}

async function classifyBy(folder: string) {
	const other = createService();
	try {
		await load(other, folder);
		const run = await other.run(plain('This film is wonderful.'));
		return await other.classify(run.id);
	} finally {
		await other.dispose();
	}
}

test('without names labels are numbered, and a regression has values and no shares', async () => {
	const unnamed = await copyModel((config) => delete config.id2label);
	const { labels } = await classifyBy(unnamed);
	expect(labels.map(({ label }) => label)).toEqual(['LABEL_0', 'LABEL_1', 'LABEL_2']);
	const several = await copyModel((config) => {
		config.problem_type = 'multi_label_classification';
	});
	const independent = await classifyBy(several);
	expect(independent.scoreFunction).toBe('sigmoid');
	for (const { logit, probability } of independent.labels) {
		expect(probability).toBeCloseTo(1 / (1 + Math.exp(-logit)), 6);
	}
	const regression = await copyModel((config) => (config.problem_type = 'regression'));
	const values = await classifyBy(regression);
	expect(values.labels.map(({ probability }) => probability)).toEqual([null, null, null]);
});

test('a checkpoint without a head, or with one that its labels do not fit, loads and says so', async () => {
	const headless = await copyModel((_, weights) => weights.delete('score.weight'));
	await expect(classifyBy(headless)).rejects.toThrow(
		'the checkpoint of a model has no classification head (score.weight)'
	);
	const narrow = await copyModel((_, weights) => {
		weights.set('score.weight', { dtype: 'F32', shape: [3, 2], data: new Float32Array(6) });
	});
	await expect(classifyBy(narrow)).rejects.toThrow('no classification head');
	const misfit = await copyModel((config) => (config.id2label = { 0: 'yes', 1: 'no' }));
	await expect(classifyBy(misfit)).rejects.toThrow(
		'the classification head of a model has 3 rows, but its config.json names 2 labels'
	);
});
