import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { selfTest, selfTestTolerance } from '../../../src/lib/gemma3/selfTest.js';
import { Runtime, type OrtModule } from '../../../src/lib/runtime/runtime.js';
import { createNodeRuntime } from '../../support/nodeRuntime.js';

/** A runtime that computes one value of one output wrongly. */
function brokenRuntime(output: string, change: (value: number) => number): Runtime {
	const InferenceSession = {
		async create(...parameters: Parameters<typeof ort.InferenceSession.create>) {
			const session = await ort.InferenceSession.create(...parameters);
			return {
				release: () => session.release(),
				async run(...run: Parameters<typeof session.run>) {
					const outputs = await session.run(...run);
					const data = outputs[output]?.data as Float32Array | undefined;
					if (data !== undefined) data[3] = change(data[3]);
					return outputs;
				}
			};
		}
	};
	return new Runtime({ ...ort, InferenceSession } as unknown as OrtModule, { device: 'wasm' });
}

test('a device that computes rightly passes, in every dtype', async () => {
	for (const dtype of ['fp32', 'q8', 'q4'] as const) {
		const error = await selfTest(createNodeRuntime(), createNodeRuntime(), dtype);
		expect(error).toBeLessThan(selfTestTolerance / 100);
	}
});

test('one wrong value of logits or attention is found', async () => {
	for (const [output, change] of [
		['logits', (value: number) => value + 0.1],
		['logits', () => NaN],
		['attentions.1', (value: number) => value + 0.01],
		['hidden_states.2', (value: number) => value - 0.5]
	] as const) {
		const error = await selfTest(brokenRuntime(output, change), createNodeRuntime());
		expect([output, error > selfTestTolerance]).toEqual([output, true]);
	}
});
