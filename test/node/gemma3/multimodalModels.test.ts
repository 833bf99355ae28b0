import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { classificationLoss } from '../../../src/lib/gemma3/classificationLoss.js';
import { Gemma3ForConditionalGeneration } from '../../../src/lib/gemma3/conditionalGeneration.js';
import { crossEntropy } from '../../../src/lib/gemma3/loss.js';
import { Gemma3ForSequenceClassification } from '../../../src/lib/gemma3/sequenceClassification.js';
import { decodeSafetensors } from '../../../src/lib/safetensors/reader.js';
import { directorySource } from '../../../src/lib/sources/directorySource.js';
import { createTensor, type Tensor } from '../../../src/lib/tensor/tensor.js';
import { createNodeRuntime } from '../../support/nodeRuntime.js';

const folder = 'test/fixtures/goldens';
const golden = (name: string) =>
	decodeSafetensors(readFileSync(`${folder}/${name}/golden.safetensors`), name);
const ids = (tensors: ReturnType<typeof golden>, name: string) =>
	Array.from(tensors.get(name)!.data as BigInt64Array, Number);
const runtime = createNodeRuntime();

const multimodal = golden('multimodal');
const inputIds = [ids(multimodal, 'input_ids')];
const tokenTypeIds = [ids(multimodal, 'token_type_ids')];
const pixelValues = multimodal.get('pixel_values') as Tensor;

let model: Gemma3ForConditionalGeneration;
let classifier: Gemma3ForSequenceClassification;
beforeAll(async () => {
	const source = (name: string) => directorySource(`${folder}/${name}`);
	const options = { runtime };
	model = await Gemma3ForConditionalGeneration.fromPretrained(source('multimodal'), options);
	classifier = await Gemma3ForSequenceClassification.fromPretrained(
		source('classification'),
		options
	);
});
afterAll(async () => {
	await model.dispose();
	await classifier.dispose();
});

test('features computed before, and embeddings in place of ids, give the same logits', async () => {
	const whole = await model.forward({ inputIds, tokenTypeIds, pixelValues });
	const imageFeatures = await model.getImageFeatures(pixelValues);
	const byFeatures = await model.forward({ inputIds, tokenTypeIds, imageFeatures });
	expect(byFeatures.logits.data).toEqual(whole.logits.data);

	const { hiddenStates } = await model.forward({ inputIds, outputHiddenStates: true });
	const byEmbeds = await model.forward({
		inputsEmbeds: hiddenStates![0],
		tokenTypeIds,
		pixelValues
	});
	expect(byEmbeds.logits.data).toEqual(whole.logits.data);
});

test('image features that are not as many as soft tokens are refused in the words of the reference', async () => {
	const [images, tokens] = [2, 4];
	const one = pixelValues.data.slice(0, pixelValues.data.length / 2);
	const half = createTensor('float32', [1, ...pixelValues.dims.slice(1)], one);
	await expect(model.forward({ inputIds, tokenTypeIds, pixelValues: half })).rejects.toThrow(
		`Image features and image tokens do not match, tokens: ${images * tokens}, features: ${tokens}`
	);
	const wrong = createTensor('float32', [1, 3, 2, 2], new Float32Array(12));
	await expect(model.forward({ inputIds, pixelValues: wrong })).rejects.toThrow(
		'pixelValues must be [images, 3, 56, 56], got [1, 3, 2, 2]'
	);
});

test('a text-only checkpoint has no tower to load', async () => {
	await expect(
		Gemma3ForConditionalGeneration.fromPretrained(directorySource(`${folder}/text`), { runtime })
	).rejects.toThrow(/text-only model \(gemma3_text\)/);
});

test('the loss leaves out positions that are padding', async () => {
	const [row] = inputIds;
	const attentionMask = [row.map((_, position) => (position < 3 ? 0 : 1))];
	const { loss, logits } = await model.forward({
		inputIds,
		tokenTypeIds,
		pixelValues,
		attentionMask,
		labels: inputIds
	});
	const width = logits.dims[2];
	let sum = 0;
	for (let position = 2; position < row.length - 1; position++) {
		const at = logits.data.subarray(position * width, (position + 1) * width);
		sum += crossEntropy(at, row[position + 1]);
	}
	expect(loss).toBeCloseTo(sum / (row.length - 3), 10);
});

test('a classifier reads the last real token, wherever the padding is', async () => {
	const row = ids(golden('classification'), 'input_ids');
	const { padTokenId } = classifier.config.textConfig;
	const alone = await classifier.forward({ inputIds: [row] });
	expect(alone.logits.dims).toEqual([1, 3]);
	expect(classifier.config.id2label).toEqual(['label-0', 'label-1', 'label-2']);
	const padding = Array<number>(4).fill(padTokenId);
	const real = row.map(() => 1);
	const none = padding.map(() => 0);
	const { logits } = await classifier.forward({
		inputIds: [
			[...padding, ...row],
			[...row, ...padding]
		],
		attentionMask: [
			[...none, ...real],
			[...real, ...none]
		]
	});
	const error = logits.data.reduce(
		(max, value, i) => Math.max(max, Math.abs(value - alone.logits.data[i % 3])),
		0
	);
	console.log(`padded on either side: largest error ${error.toExponential(2)}`);
	expect(error).toBeLessThan(1e-5);
});

test('labels choose the loss as the reference does', async () => {
	const logits = createTensor('float32', [2, 3], Float32Array.of(1, 2, 3, 0.5, -1, 0));
	const single = [2, 0].map((label, row) =>
		crossEntropy(logits.data.subarray(row * 3, row * 3 + 3), label)
	);
	expect(classificationLoss(logits, [2, 0], null)).toBeCloseTo((single[0] + single[1]) / 2, 12);

	const targets = [
		[1, 0, 1],
		[0, 0, 1]
	];
	const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
	const terms = targets.flat().map((target, i) => {
		const share = sigmoid(logits.data[i]);
		return -(target * Math.log(share) + (1 - target) * Math.log(1 - share));
	});
	const several = terms.reduce((a, b) => a + b) / 6;
	expect(classificationLoss(logits, targets, null)).toBeCloseTo(several, 12);

	const scores = createTensor('float32', [2, 1], Float32Array.of(1, -2));
	expect(classificationLoss(scores, [0.5, 1], null)).toBeCloseTo((0.25 + 9) / 2, 12);
	expect(classificationLoss(logits, targets, 'regression')).toBeCloseTo(
		targets.flat().reduce((sum, t, i) => sum + (logits.data[i] - t) ** 2, 0) / 6,
		12
	);
	expect(() => classificationLoss(logits, [3, 0], null)).toThrow('invalid label: 3 of 3');
	expect(() => classificationLoss(logits, [1], null)).toThrow('labels must be 2 rows, got 1');
	expect(() => classificationLoss(logits, [1, 2], 'regression')).toThrow(/2 × 3 numbers, got 2/);

	const row = ids(golden('classification'), 'input_ids');
	const output = await classifier.forward({ inputIds: [row], labels: [1] });
	expect(output.loss).toBeCloseTo(crossEntropy(output.logits.data, 1), 12);
});
