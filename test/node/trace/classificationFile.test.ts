import { expect, test } from 'vitest';
import { encodeSafetensors } from '../../../src/lib/safetensors/writer.js';
import type { Classification } from '../../../src/lib/trace/classification.js';
import { FileTrace } from '../../../src/lib/trace/fileTrace.js';
import { recordClassification } from '../../../src/lib/trace/recordClassification.js';
import { recordTraceFile } from '../../../src/lib/trace/recordTraceFile.js';
import { headerKey } from '../../../src/lib/trace/traceFile.js';
import { createMadeTrace, textToken } from '../../support/madeTrace.js';

const run = createMadeTrace([' Good', ' night', ' .'].map((text, i) => textToken(i, text)));
const prompt = { kind: 'plain', text: 'Good night.' } as const;
/** As the head and softmax give them, in float32. */
const [a, b, third] = Float32Array.of(-1.25, 3.1, 0.1);
const softmax: Classification = {
	token: run.tokens[2],
	scoreFunction: 'softmax',
	labels: [
		{ label: 'bad', logit: a, probability: Math.fround(0.0127) },
		{ label: 'good', logit: b, probability: Math.fround(0.9383) },
		{ label: 'good', logit: third, probability: Math.fround(0.049) }
	]
};
const regression: Classification = {
	token: run.tokens[0],
	scoreFunction: 'none',
	labels: [{ label: 'LABEL_0', logit: b, probability: null }]
};

test('a recorded classification is read back as it was, with the token that was read', () => {
	for (const classification of [softmax, regression]) {
		const file = new FileTrace(recordClassification(run, prompt, classification));
		expect(file.classification).toStrictEqual(classification);
		expect(file.tokens).toEqual(run.tokens);
		expect(file.header.prompt).toEqual(prompt);
		expect(file.model).toMatchObject({ name: run.model.name, recorded: true });
	}
});

test('a recorded run has no classification, and a recorded classification no attention', async () => {
	const bytes = await recordTraceFile(run, prompt, { topK: null, dtype: 'float32' });
	expect(new FileTrace(bytes).classification).toBeNull();
	const file = new FileTrace(recordClassification(run, prompt, softmax));
	await expect(file.attention({ layer: 0 })).rejects.toThrow('no attention of layer 0');
});

test('a damaged classification is refused with a reason', () => {
	const { header } = new FileTrace(recordClassification(run, prompt, softmax));
	const open = (classification: unknown, size = 3) => {
		const values = { dtype: 'F32' as const, shape: [size], data: new Float32Array(size) };
		const tensors = { 'classification.logits': values };
		const json = JSON.stringify({ ...header, classification });
		return () => new FileTrace(encodeSafetensors(tensors, { [headerKey]: json }));
	};
	const { classification } = header;
	expect(open({ ...classification, position: 3 })).toThrow('position is 3, expected 0 to 2');
	expect(open({ ...classification, labels: [] })).toThrow('classification.labels');
	expect(open({ ...classification, scoreFunction: 'max' })).toThrow('scoreFunction is "max"');
	expect(open(classification, 2)).toThrow('classification.logits is [2], expected [3]');
	expect(open(classification)).toThrow('classification.probabilities is [missing]');
	expect(open({ ...classification, scoreFunction: 'none' })).not.toThrow();
});
