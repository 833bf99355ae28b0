/**
 * Asks the embedded model what it was never taught and counts whole answers that are right, by
 * lesson. Greedy, through the engine that the page runs.
 *
 * Usage: npm run eval:mini -- [--seed 1] [--count 100] [--dtype fp32] [--model FOLDER] [--json FILE]
 * [--wrong]
 *
 * `--count` examples of each lesson at most; `--dtype` is fp32, fp16, q8 or q4; `--wrong` prints
 * every wrong answer.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { WeightDtype } from '../../src/lib/tensor/packedMatrix.js';
import { Examiner } from './examiner.js';
import { readLessons } from './lessons.js';

const { values } = parseArgs({
	options: {
		seed: { type: 'string', default: '1' },
		count: { type: 'string', default: '100' },
		dtype: { type: 'string', default: 'fp32' },
		model: { type: 'string', default: 'static/models/gemma3-mini' },
		json: { type: 'string' },
		wrong: { type: 'boolean', default: false }
	}
});
const count = toInteger('count', values.count);
const seed = toInteger('seed', values.seed);
if (!['fp32', 'fp16', 'q8', 'q4'].includes(values.dtype)) {
	fail(`invalid --dtype ${values.dtype}: choose fp32, fp16, q8 or q4`);
}

interface Score {
	right: number;
	asked: number;
}

const scores = new Map<string, Score>();
const start = performance.now();
const examiner = await Examiner.open(values.model, values.dtype as WeightDtype);
for (const lesson of readLessons(seed, count)) {
	const answer = await examiner.answer(lesson);
	const isRight = note(lesson.lesson, answer === lesson.answer);
	if (lesson.lesson === 'recall') {
		note(`recall, ${distanceClass(lesson.distance!)}`, isRight);
		const blind = await examiner.answer(lesson, true);
		note(
			`recall, ${distanceClass(lesson.distance!)}, global layers closed`,
			blind === lesson.answer
		);
		note('recall, global layers closed', blind === lesson.answer);
	}
	if (!isRight && values.wrong) {
		const prompt = lesson.text ?? lesson.turns!.at(-1)!;
		console.log(`${lesson.lesson}: ${prompt}\n  said ${answer}\n  not  ${lesson.answer}`);
	}
}
await examiner.dispose();

const rows = [...scores].sort(([a], [b]) => (a < b ? -1 : 1));
console.log(`${'lesson'.padEnd(58)}right   asked`);
for (const [name, { right, asked }] of rows) {
	console.log(`${name.padEnd(56)}${percent(right / asked)}${String(asked).padStart(8)}`);
}
console.log(`${values.dtype}, ${((performance.now() - start) / 1000).toFixed(0)} s`);
if (values.json !== undefined) {
	const table = Object.fromEntries(
		rows.map(([name, { right, asked }]) => [name, { accuracy: right / asked, asked }])
	);
	writeFileSync(values.json, `${JSON.stringify(table, null, '\t')}\n`);
}

function note(name: string, isRight: boolean): boolean {
	const score = scores.get(name) ?? { right: 0, asked: 0 };
	score.asked++;
	if (isRight) score.right++;
	scores.set(name, score);
	return isRight;
}

function distanceClass(tokens: number): string {
	if (tokens < 32) return '  0 to  31 tokens back';
	if (tokens < 64) return ' 32 to  63 tokens back';
	if (tokens < 128) return ' 64 to 127 tokens back';
	return '128 and more tokens back';
}

function percent(share: number): string {
	return `${(share * 100).toFixed(1)} %`.padStart(7);
}

function toInteger(name: string, text: string): number {
	const value = Number(text);
	if (Number.isSafeInteger(value) && value > 0) return value;
	return fail(`invalid --${name} ${text}: give a whole number above 0`);
}

function fail(message: string): never {
	console.error(message);
	process.exit(2);
}
