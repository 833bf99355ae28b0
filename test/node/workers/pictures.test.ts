import * as ort from 'onnxruntime-web';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunRequest } from '../../../src/lib/rpc/services.js';
import { directorySource } from '../../../src/lib/sources/directorySource.js';
import { ModelService } from '../../../workers/inferenceService.js';
import { drawPng } from '../../support/drawPng.js';

const service = new ModelService({
	loadOrt: async () => {
		ort.env.wasm.numThreads = 1;
		return ort;
	},
	openSource: directorySource
});
beforeAll(async () => {
	await service.load({
		source: { kind: 'url', url: 'static/models/gemma3-mini' },
		name: 'gemma3-mini',
		device: 'wasm'
	});
});
afterAll(() => service.dispose());

const redBox = { x: 30, y: 30, width: 50, height: 50, color: [220, 40, 40] as const };
const square = { name: 'square.png', blob: drawPng(112, 112, [redBox]) };
const wide = { name: 'wide.png', blob: drawPng(448, 112, [{ ...redBox, x: 300 }]) };

function ask(text: string, pictures = [square], panAndScan = {}): RunRequest {
	const images = pictures.map(() => ({ type: 'image' as const }));
	const content = [...images, { type: 'text' as const, text }];
	return { prompt: { kind: 'chat', messages: [{ role: 'user', content }] }, pictures, panAndScan };
}

test('a picture becomes 16 soft tokens that know their picture', async () => {
	const run = await service.run(ask('What is in the picture?'));
	const soft = run.tokens.filter(({ kind }) => kind === 'image');
	expect(soft.length).toBe(16);
	expect(new Set(soft.map(({ imageIndex }) => imageIndex))).toEqual(new Set([0]));
	expect(run.images).toEqual([
		{
			picture: 0,
			crop: null,
			box: { x: 0, y: 0, width: 112, height: 112 },
			gridSize: 4,
			tokens: { start: soft[0].position, end: soft[0].position + 16 }
		}
	]);
	expect(run.pictures).toEqual([
		{ name: 'square.png', width: 112, height: 112, panAndScan: 'Pan & scan is off.' }
	]);
});

test('a prompt is tokenised without a run as a run would have it, with pan & scan and without', async () => {
	for (const doPanAndScan of [false, true]) {
		const request = ask('What is it?', [wide], { doPanAndScan, panAndScanMinCropSize: 56 });
		const { tokens, images, masks } = await service.tokenize(request);
		const run = await service.run(request);
		expect({ tokens, images, masks }).toEqual({
			tokens: run.tokens,
			images: run.images,
			masks: run.masks
		});
		expect(images.length > 1).toBe(doPanAndScan);
	}
});

test('soft tokens of one picture attend to each other both ways, in both layer kinds', async () => {
	const run = await service.run(ask('What is in the picture?'));
	const [{ tokens }] = run.images;
	for (const layer of [0, 5]) {
		const part = await service.attention(run.id, { layer, queries: tokens, keys: tokens });
		expect(part.data[1]).toBeGreaterThan(0); // first soft token, second key
	}
});

test('the picture changes what the model says', async () => {
	const blank = { name: 'blank.png', blob: drawPng(112, 112) };
	const scores = [];
	for (const picture of [square, blank]) {
		const run = await service.run(ask('What color is the square?', [picture]));
		scores.push(await service.topLogits(run.id, { position: run.tokens.length - 1, k: 3 }));
	}
	expect(scores[0]).not.toEqual(scores[1]);
});

test('pan & scan adds crops, with their boxes and tokens', async () => {
	const run = await service.run(ask('What is it?', [wide], { doPanAndScan: true }));
	expect(run.images.map(({ crop }) => crop)).toEqual(
		[null, 0, 1, 2, 3].slice(0, run.images.length)
	);
	expect(run.images.length).toBeGreaterThan(2);
	const widths = run.images.slice(1).map(({ box }) => box.width);
	expect(widths.reduce((a, b) => a + b)).toBe(448);
	for (const { tokens } of run.images) expect(tokens.end - tokens.start).toBe(16);
});

test('a preview shows squares, prompt and token counts without running the model', async () => {
	const preview = await service.preview(ask('What is it?', [wide], { doPanAndScan: true }));
	const [picture] = preview.pictures;
	expect(picture.squares.every(({ size }) => size === 112)).toBe(true);
	expect(picture.panAndScan).toMatch(/crops/);
	expect(preview.numTokens).toBeGreaterThan(preview.numTokensWithoutCrops);
	expect(preview.text).toContain('here are some crops to help you see better');
	expect(preview.panAndScan).toEqual({
		doPanAndScan: true,
		panAndScanMinCropSize: 32,
		panAndScanMaxNumCrops: 4,
		panAndScanMinRatioToActivate: 1.2
	});
	const [{ pixels }] = (await service.preview(ask('What?'))).pictures[0].squares;
	const at = (x: number, y: number) => [...pixels.slice((y * 112 + x) * 4, (y * 112 + x) * 4 + 4)];
	expect(at(5, 5)).toEqual([255, 255, 255, 255]);
	expect(at(50, 50)).toEqual([220, 40, 40, 255]);
});

test('the tower shows where a patch looks, and pooled to soft tokens the same', async () => {
	const run = await service.run(ask('What is in the picture?'));
	const pooled = await service.visionAttention(run.id, { image: 0, layer: 1 });
	expect(pooled.dims).toEqual([5, 16, 16]);
	const row = await service.visionAttention(run.id, { image: 0, layer: 1, head: 2, patch: 9 });
	expect(row.dims).toEqual([1, 1, 64]);
	for (const { data, dims } of [pooled, row]) {
		const width = dims[2];
		for (let start = 0; start < data.length; start += width) {
			expect(data.subarray(start, start + width).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
		}
	}
	const state = await service.visionState(run.id, { image: 0, layer: 4 });
	expect(state.dims).toEqual([64, 160]);
});

test('a continued run keeps its picture', async () => {
	const run = await service.run(ask('What is in the picture?'));
	const { run: longer } = await service.generate({ runId: run.id, maxNewTokens: 4 });
	expect(longer.images).toEqual(run.images);
	const pooled = await service.visionAttention(longer.id, { image: 0, layer: 0 });
	expect(pooled.dims).toEqual([5, 16, 16]);
});

test('wrong numbers of pictures, and files that are none, are refused in a sentence', async () => {
	const extra = ask('What?', [square, square]);
	await expect(service.run({ ...extra, pictures: [square] })).rejects.toThrow(/2 .*1|1 .*2/);
	const text = { name: 'notes.txt', blob: new Blob(['hello']) };
	await expect(service.run(ask('What?', [text]))).rejects.toThrow(/^notes\.txt: /);
	const run = await service.run({ prompt: { kind: 'plain', text: 'Hello' } });
	await expect(service.visionAttention(run.id, { image: 0, layer: 0 })).rejects.toThrow(
		/no pictures/
	);
});
