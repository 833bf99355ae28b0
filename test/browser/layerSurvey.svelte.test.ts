import { expect, test } from 'vitest';
import { LayerSurvey } from '../../src/lib/state/LayerSurvey.svelte.js';
import type { Trace } from '../../src/lib/trace/trace.js';
import { createMadeTrace, textToken } from '../support/madeTrace.js';

const made = createMadeTrace(Array.from({ length: 6 }, (_, i) => textToken(i, ` ${i}`)));
const other = createMadeTrace(Array.from({ length: 3 }, (_, i) => textToken(i, ` ${i}`)));

/** The trace, whose answers come when they are let go. */
function slow(trace: Trace) {
	const waiting: (() => void)[] = [];
	const attention: Trace['attention'] = async (request) => {
		await new Promise<void>((resolve) => waiting.push(resolve));
		return trace.attention(request);
	};
	return { trace: { ...trace, attention }, letGo: () => waiting.shift()?.() };
}

test('looks at every layer once, in order', async () => {
	const survey = new LayerSurvey();
	await survey.survey(made);
	expect(survey.isComplete).toBe(true);
	expect(survey.layers).toHaveLength(6);
	expect(survey.scores).toHaveLength(24);
	expect(survey.scores.map(({ layer }) => layer)).toEqual(
		Array.from({ length: 24 }, (_, i) => Math.floor(i / 4))
	);
	expect(survey.layers[0].thumbnails[0].size).toBe(6);
});

test('a late answer of an older trace is thrown away', async () => {
	const survey = new LayerSurvey();
	const late = slow(made);
	const first = survey.survey(late.trace);
	await survey.survey(other);
	late.letGo();
	await first;
	expect(survey.isComplete).toBe(true);
	expect(survey.layers[0].thumbnails[0].size).toBe(3);
});

test('left in the middle, it goes on where it was', async () => {
	const survey = new LayerSurvey();
	let asked = 0;
	let stopAt = 3;
	const attention: Trace['attention'] = async (request) => {
		asked++;
		if (asked === stopAt) survey.leave();
		return made.attention(request);
	};
	const trace = { ...made, attention };
	await survey.survey(trace);
	expect(survey.isComplete).toBe(false);
	stopAt = -1;
	await survey.survey(trace);
	expect(survey.isComplete).toBe(true);
	expect(survey.layers).toHaveLength(6);
});

test('a trace that fails is said to, and another one is not', async () => {
	const survey = new LayerSurvey();
	const attention: Trace['attention'] = async () => {
		throw new Error('the run was released');
	};
	await survey.survey({ ...made, attention });
	expect(survey.failure?.message).toBe('The run was released.');
	await survey.survey(made);
	expect(survey.failure).toBeNull();
});
