import { median } from '../statistics.js';
import type { JobResult, Run } from './job.js';

/** Prints both engines' figures and their ratios, for one device. */
export function report(
	title: string,
	promptLengths: readonly number[],
	ours: JobResult,
	theirs: JobResult
): void {
	console.log(title);
	promptLengths.forEach((length, i) => {
		const mine = summarize(length, ours.runs[i]);
		const other = summarize(length, theirs.runs[i]);
		const same = mine.ids.findIndex((id, step) => id !== other.ids[step]);
		console.log(
			`  prompt ${length}: ${same < 0 ? 'the same tokens' : `tokens differ from step ${same} on`}`
		);
		line('first token', mine.first, other.first, 'ms');
		line('prefill', mine.prefill, other.prefill, 'tokens/s');
		line('decode', mine.decode, other.decode, 'tokens/s');
	});
	line('load', ours.loadMs, theirs.loadMs, 'ms');
	if (ours.bytes !== null && theirs.bytes !== null) {
		line('memory', ours.bytes / 1e6, theirs.bytes / 1e6, 'MB');
	}
}

/** Medians over the rounds behind the first one, which compiles. */
function summarize(promptLength: number, runs: readonly Run[]) {
	const counted = runs.length > 1 ? runs.slice(1) : runs;
	const first = median(counted.map(({ times }) => times[0]));
	const each = counted.flatMap(({ times }) => times.slice(1).map((time, i) => time - times[i]));
	return {
		ids: runs[0].ids,
		first,
		prefill: (1000 * promptLength) / first,
		decode: 1000 / median(each)
	};
}

/** Above 1 we are better: faster, or smaller. */
function line(name: string, ours: number, theirs: number, unit: string): void {
	const ratio = unit === 'tokens/s' ? ours / theirs : theirs / ours;
	const figures = `ours ${ours.toFixed(1)}  transformers.js ${theirs.toFixed(1)} ${unit}`;
	console.log(`    ${name.padEnd(12)} ${figures.padEnd(52)} ${ratio.toFixed(2)} times`);
}
