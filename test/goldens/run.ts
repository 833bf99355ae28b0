/**
 * Runs every reference case of a folder through our own code, on WebAssembly in Node, and prints
 * one line a case: name, largest absolute error, tolerance, ok or FAIL.
 *
 * Usage: npm run goldens -- DIRECTORY [--full-size]
 *
 * `--full-size` runs what takes minutes too: models of a billion weights.
 */
import { resolve } from 'node:path';
import { findCases } from './cases.js';
import { isOk, worst, type Comparison } from './comparison.js';

const names = process.argv.slice(2);
const isFullSize = names.includes('--full-size');
const [directory] = names.filter((name) => name !== '--full-size');
if (directory === undefined) {
	console.error('Usage: npm run goldens -- DIRECTORY [--full-size], a folder of reference cases');
	process.exit(2);
}

let failed = 0;
const cases = findCases(resolve(directory));
for (const { name, slow, run } of cases) {
	if (slow && !isFullSize) {
		console.log(`${name.padEnd(48)}  skipped: takes minutes, --full-size runs it`);
		continue;
	}
	let result: Comparison;
	try {
		result = worst(name, await run());
	} catch (error) {
		const note = error instanceof Error ? error.message : String(error);
		result = { name, maxError: Infinity, tolerance: 0, note };
	}
	if (!isOk(result)) failed++;
	console.log(line(result));
}
if (cases.length === 0) console.error(`${directory} holds no reference case`);
process.exit(failed > 0 || cases.length === 0 ? 1 : 0);

function line(result: Comparison): string {
	const { name, maxError, tolerance, note } = result;
	const numbers = `error ${format(maxError)}  tolerance ${format(tolerance)}`;
	const verdict = isOk(result) ? 'ok' : 'FAIL';
	return [name.padEnd(48), numbers.padEnd(42), verdict, note ?? ''].join('  ').trimEnd();
}

function format(value: number): string {
	return value === 0 ? '0' : value.toExponential(2);
}
