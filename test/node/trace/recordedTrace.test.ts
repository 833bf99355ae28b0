import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { Prompt } from '../../../src/lib/rpc/services.js';
import { recordTrace } from '../../../src/lib/trace/recordTrace.js';
import { RecordedTrace } from '../../../src/lib/trace/recordedTrace.js';
import type { Recording } from '../../../src/lib/trace/recording.js';
import { createMadeTrace, textToken } from '../../support/madeTrace.js';

const prompt: Prompt = { kind: 'plain', text: ' 0 1 2 3 4' };
const live = createMadeTrace(Array.from({ length: 5 }, (_, i) => textToken(i, ` ${i}`)));
const record = async () => JSON.stringify(await recordTrace(live, prompt));

/** The text of a recording with a part changed. */
async function recordBut(change: (recording: Record<string, unknown>) => void): Promise<string> {
	const recording = JSON.parse(await record());
	change(recording);
	return JSON.stringify(recording);
}

test('a recording gives back what was recorded, within the error that it states', async () => {
	const recorded = RecordedTrace.parse(await record());
	let largest = 0;
	for (let layer = 0; layer < 6; layer++) {
		const expected = await live.attention({ layer });
		const actual = await recorded.attention({ layer });
		expect(actual.dims).toEqual(expected.dims);
		actual.data.forEach((weight, i) => {
			largest = Math.max(largest, Math.abs(weight - expected.data[i]));
		});
	}
	console.log(`largest error ${largest}`);
	expect(largest).toBe(recorded.maxError);
	expect(largest).toBeGreaterThan(0);
	expect(largest).toBeLessThan(8e-6);
	expect(recorded.tokens).toEqual(live.tokens);
	expect(recorded.masks).toEqual(live.masks);
	expect(recorded.model).toEqual({ ...live.model, recorded: true });
	expect(recorded.recording.prompt).toEqual(prompt);
	expect(await recorded.topLogits({ position: 3, k: 4 })).toEqual(
		await live.topLogits({ position: 3, k: 4 })
	);
});

test('one head and ranges of queries and keys are cut out', async () => {
	const recorded = RecordedTrace.parse(await record());
	const all = await recorded.attention({ layer: 1 });
	const part = await recorded.attention({
		layer: 1,
		head: 2,
		queries: { start: 1, end: 3 },
		keys: { start: 2, end: 5 }
	});
	expect(part.dims).toEqual([1, 2, 3]);
	const expected = [1, 2].flatMap((query) =>
		[2, 3, 4].map((key) => all.data[(2 * 5 + query) * 5 + key])
	);
	expect(Array.from(part.data)).toEqual(expected);
});

test('what lies outside, or was not recorded, is refused by name', async () => {
	const recorded = RecordedTrace.parse(await record());
	await expect(recorded.attention({ layer: 6 })).rejects.toThrow('invalid layer: 6');
	await expect(recorded.attention({ layer: 0, head: 4 })).rejects.toThrow('invalid head: 4');
	await expect(recorded.attention({ layer: 0, keys: { start: 3, end: 6 } })).rejects.toThrow(
		'invalid keys: 3 to 6'
	);
	await expect(recorded.topLogits({ position: 5, k: 1 })).rejects.toThrow('invalid position: 5');
	await expect(recorded.topLogits({ position: 0, k: 1, layer: 2 })).rejects.toThrow('layer 2');
	await expect(recorded.hiddenState({ layer: 2 })).rejects.toThrow('no hidden states');
	await expect(recorded.visionAttention({ image: 0, layer: 1 })).rejects.toThrow('vision tower');
});

test('an aborted request is not answered', async () => {
	const recorded = RecordedTrace.parse(await record());
	const request = recorded.attention({ layer: 0 }, AbortSignal.abort());
	await expect(request).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
});

type Change = (recording: Record<string, never>) => void;

test.each<[message: string, change: Change]>([
	['format is "other"', (r) => Object.assign(r, { format: 'other' })],
	['version is 2, this program reads version 1', (r) => Object.assign(r, { version: 2 })],
	['prompt.kind is "song"', (r) => Object.assign(r, { prompt: { kind: 'song' } })],
	['tokens is "many", expected a list', (r) => Object.assign(r, { tokens: 'many' })],
	['tokens[1].kind is "word"', (r) => Object.assign(r['tokens'][1], { kind: 'word' })],
	['tokens[2].position is 7, expected 2', (r) => Object.assign(r['tokens'][2], { position: 7 })],
	['attentions.dims is [1,2]', (r) => Object.assign(r['attentions'], { dims: [1, 2] })],
	['attentions.encoding is "gif"', (r) => Object.assign(r['attentions'], { encoding: 'gif' })],
	['attentions.data is not base64', (r) => Object.assign(r['attentions'], { data: '!' })],
	['attentions.data holds 3 bytes', (r) => Object.assign(r['attentions'], { data: 'AAAA' })],
	['topLogits has 1 entries, expected 5', (r) => Object.assign(r, { topLogits: [[]] })],
	['topLogits[0][0].id is null', (r) => Object.assign(r['topLogits'][0][0], { id: null })],
	['masks.edits is missing, expected a list', (r) => delete r['masks']['edits']]
])('a damaged recording is refused: %s', async (message, change) => {
	const text = await recordBut(change as (recording: Record<string, unknown>) => void);
	expect(() => RecordedTrace.parse(text)).toThrow(message);
});

test('what is no JSON is said so', () => {
	expect(() => RecordedTrace.parse('<!doctype html>')).toThrow('the recording is not JSON');
	expect(() => RecordedTrace.parse('[]')).toThrow('the recording is [], expected an object');
});

test('the recorded example reads, and knows the capital of France', async () => {
	const file = new URL('../../../static/examples/first.trace.json', import.meta.url);
	const recorded = RecordedTrace.parse(await readFile(file, 'utf8'));
	const { prompt } = recorded.recording satisfies Recording;
	expect(prompt).toEqual({
		kind: 'chat',
		messages: [{ role: 'user', content: 'What is the capital of France?' }]
	});
	const position = recorded.tokens.length - 1;
	const [best] = await recorded.topLogits({ position, k: 1 });
	expect(best.text).toBe('The');
	const { data, dims } = await recorded.attention({ layer: 5, head: 0 });
	const last = data.subarray(data.length - dims[2]);
	expect(last.reduce((a, b) => a + b)).toBeCloseTo(1, 3);
});
