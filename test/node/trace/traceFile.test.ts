import * as ort from 'onnxruntime-web';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Prompt } from '../../../src/lib/rpc/services.js';
import { encodeSafetensors } from '../../../src/lib/safetensors/writer.js';
import { directorySource } from '../../../src/lib/sources/directorySource.js';
import { FileTrace } from '../../../src/lib/trace/fileTrace.js';
import { LiveTrace } from '../../../src/lib/trace/liveTrace.js';
import { RecordingError } from '../../../src/lib/trace/recording.js';
import {
	estimateTraceFile,
	recordTraceFile,
	type TraceFileOptions
} from '../../../src/lib/trace/recordTraceFile.js';
import { headerKey } from '../../../src/lib/trace/traceFile.js';
import { ModelService } from '../../../workers/inferenceService.js';
import { checkTrace } from '../../support/traceContract.js';

const service = new ModelService({
	loadOrt: async () => {
		ort.env.wasm.numThreads = 1;
		return ort;
	},
	openSource: directorySource
});
const prompt: Prompt = {
	kind: 'chat',
	messages: [{ role: 'user', content: 'What is the capital of France?' }]
};
let live: LiveTrace;

beforeAll(async () => {
	const url = 'static/models/gemma3-mini';
	const model = await service.load({
		source: { kind: 'url', url },
		name: 'gemma3-mini',
		device: 'wasm'
	});
	const run = await service.run({ prompt });
	const { run: longer } = await service.generate({ runId: run.id, maxNewTokens: 20 });
	live = new LiveTrace(service, longer, model);
});
afterAll(() => service.dispose());

const everything = { hiddenStateLayers: [0, 1, 12], lensLayers: [0, 3, 12] };
const record = async (options: TraceFileOptions) => {
	const bytes = await recordTraceFile(live, prompt, options);
	return { bytes, trace: new FileTrace(bytes) };
};

test('a live trace does what a trace must', async () => {
	await checkTrace(live, live, { attention: 0, attentionMass: 0, hiddenState: 0 });
});

test('a trace recorded exactly is the live one', async () => {
	const { trace } = await record({ topK: null, dtype: 'float32', ...everything });
	expect(trace.error).toEqual({ attention: 0, attentionMass: 0, hiddenState: 0 });
	await checkTrace(trace, live, trace.error);
	expect(trace.model.recorded).toBe(true);
	expect(trace.attentionLayers).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
	expect(trace.hiddenStateLayers).toEqual([0, 1, 12]);
	expect(trace.lensLayers).toEqual([0, 3, 12]);
});

test('a trace recorded in float16 is within the error that it states', async () => {
	const { trace } = await record({ topK: null, dtype: 'float16', ...everything });
	// Weights are at most 1, whose neighbour below is 2^-11 away.
	expect(trace.error.attention).toBeLessThanOrEqual(2 ** -12);
	expect(trace.error.attention).toBeGreaterThan(0);
	const length = trace.tokens.length;
	const attentionMass = length * trace.error.attention;
	const found = await checkTrace(trace, live, { ...trace.error, attentionMass });
	expect(found.attention).toBe(trace.error.attention);
	expect(found.hiddenState).toBe(trace.error.hiddenState);
	console.log('float16, largest errors', found);
});

test('a trace of the largest weights alone is within the error that it states', async () => {
	for (const topK of [1, 4, 8]) {
		const { trace } = await record({ topK, dtype: 'float32', ...everything });
		const found = await checkTrace(trace, live, trace.error);
		expect(found.attention).toBe(trace.error.attention);
		expect(found.mass).toBeCloseTo(trace.error.attentionMass, 5);
		const { data } = await trace.attention({ layer: 5 });
		const length = trace.tokens.length;
		for (let row = 0; row < data.length / length; row++) {
			const kept = data.subarray(row * length, (row + 1) * length).filter((weight) => weight > 0);
			expect(kept.length).toBeLessThanOrEqual(topK);
		}
		console.log(`top ${topK} of ${length}, largest errors`, found);
	}
});

test('keeping as many weights as there are keys is keeping all', async () => {
	const { trace } = await record({ topK: 10_000, dtype: 'float32', ...everything });
	expect(trace.error.attention).toBe(0);
	await checkTrace(trace, live, trace.error);
});

test('the size is known before: within 4 KiB and 2 %', async () => {
	for (const dtype of ['float16', 'float32'] as const) {
		for (const topK of [null, 2, 8]) {
			for (const more of [{}, everything, { attentionLayers: [0, 5], numScores: 3 }]) {
				const options = { topK, dtype, ...more };
				const { bytes } = await record(options);
				const estimate = estimateTraceFile(live, options);
				expect(Math.abs(estimate - bytes.length)).toBeLessThan(4096 + 0.02 * bytes.length);
			}
		}
	}
});

test('a recording of a recording is the same file', async () => {
	const options: TraceFileOptions = { topK: 4, dtype: 'float32', ...everything };
	const { bytes, trace } = await record(options);
	const again = await recordTraceFile(trace, prompt, options);
	const { error: _, ...first } = trace.header;
	const { error: __, ...second } = new FileTrace(again).header;
	expect(second).toEqual(first);
	expect(again.length).toBeLessThanOrEqual(bytes.length);
});

test('what was not recorded is refused with the remedy', async () => {
	const { trace } = await record({ topK: 4, dtype: 'float16', attentionLayers: [5], numScores: 2 });
	await expect(trace.attention({ layer: 0 })).rejects.toThrow('no attention of layer 0: run');
	await expect(trace.hiddenState({ layer: 0 })).rejects.toThrow('no hidden state 0: run');
	await expect(trace.topLogits({ position: 0, k: 2, layer: 3 })).rejects.toThrow('logit lens');
	await expect(trace.visionState({ image: 0, layer: 0 })).rejects.toThrow(RecordingError);
	expect(await trace.topLogits({ position: 0, k: 9 })).toHaveLength(2);
});

test('of the ranks in a logit lens those of the recorded tokens are known', async () => {
	const { trace } = await record({ topK: 4, dtype: 'float16', lensLayers: [3], numScores: 2 });
	const request = { layers: [3], positions: { start: 0, end: 1 }, k: 1 };
	const [{ scores }] = await trace.lens({ ...request, k: 2 });
	const other = [1021, 1022, 1023].find((id) => scores.every((score) => score.id !== id))!;
	const ranks = [scores[0].id, scores[1].id, other].map(async (token) => {
		const [cell] = await trace.lens({ ...request, token });
		return cell.rank;
	});
	expect(await Promise.all(ranks)).toEqual([0, 1, null]);
});

test('a state beyond float16 is kept as it is', async () => {
	const huge: typeof live = Object.create(live, {
		hiddenState: {
			value: async () => ({
				dtype: 'float32',
				dims: [live.tokens.length, 192],
				data: new Float32Array(live.tokens.length * 192).fill(70_000)
			})
		},
		tokens: { value: live.tokens },
		images: { value: live.images },
		masks: { value: live.masks },
		attention: { value: live.attention.bind(live) },
		topLogits: { value: live.topLogits.bind(live) }
	});
	const options: TraceFileOptions = { topK: 1, dtype: 'float16', hiddenStateLayers: [0] };
	const trace = new FileTrace(await recordTraceFile(huge, prompt, options));
	expect((await trace.hiddenState({ layer: 0 })).data[0]).toBe(70_000);
	expect(trace.error.hiddenState).toBe(0);
});

test('damaged and hostile files are refused with a reason', async () => {
	const { bytes, trace } = await record({ topK: 2, dtype: 'float16', attentionLayers: [0] });
	expect(() => new FileTrace(bytes.slice(0, bytes.length - 1))).toThrow('ends at byte');
	expect(() => new FileTrace(new Uint8Array(4))).toThrow('has 4 bytes');
	expect(() => new FileTrace(encodeSafetensors({}))).toThrow('it is no recording');
	const withHeader =
		(header: unknown, tensors = {}) =>
		() =>
			new FileTrace(encodeSafetensors(tensors, { [headerKey]: JSON.stringify(header) }));
	expect(withHeader(null)).toThrow('the header is null');
	expect(withHeader({ ...trace.header, version: 2 })).toThrow('open it with a newer');
	expect(withHeader({ ...trace.header, tokens: trace.tokens.slice(1) })).toThrow('has');
	expect(withHeader({ ...trace.header, tokens: [{ id: 'x' }] })).toThrow('tokens.0.id is "x"');
	expect(withHeader({ ...trace.header, model: { name: 'x' } })).toThrow('model.config');
	expect(() => new FileTrace(encodeSafetensors({}, { [headerKey]: '{' }))).toThrow('not JSON');
	const deep = '['.repeat(1e6);
	expect(() => new FileTrace(encodeSafetensors({}, { [headerKey]: deep }))).toThrow(RecordingError);

	const wrong = (dtype: 'F32' | 'I32', shape: number[]) => {
		const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
		return withHeader(trace.header, { 'attentions.0': { dtype, shape, data } })();
	};
	const length = trace.tokens.length;
	await expect(wrong('F32', [4, 3, 3]).attention({ layer: 0 })).rejects.toThrow('is [4, 3, 3]');
	await expect(wrong('I32', [4, length, length]).attention({ layer: 0 })).rejects.toThrow('is I32');
});
