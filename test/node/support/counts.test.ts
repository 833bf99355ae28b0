import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { countGoldens, countPlaywright, countStage, countVitest } from '../../support/counts.js';

const ended = (code: number | null, output = '') => ({ code, output });

function report(value: unknown): string {
	const path = join(mkdtempSync(join(tmpdir(), 'counts-')), 'report.json');
	writeFileSync(path, JSON.stringify(value));
	return path;
}

const file = (status: string, ...tests: string[]) => ({
	status,
	assertionResults: tests.map((status) => ({ status }))
});

test('a stage that does not exit with 0 is one failure', () => {
	expect(countStage(ended(0))).toEqual({ passed: 1, failed: 0 });
	expect(countStage(ended(2))).toEqual({ passed: 0, failed: 1 });
	expect(countStage(ended(null))).toEqual({ passed: 0, failed: 1 });
});

test('Vitest: tests are counted, and a file that could not be run is a failure', () => {
	const path = report({
		testResults: [
			file('failed', 'passed', 'failed', 'pending'),
			file('failed'),
			file('passed', 'passed')
		]
	});
	expect(countVitest(path)(ended(1))).toEqual({ passed: 2, failed: 2, skipped: 1 });
});

test('Vitest: an error outside the tests is a failure', () => {
	const path = report({ testResults: [file('passed', 'passed')] });
	expect(countVitest(path)(ended(0))).toMatchObject({ passed: 1, failed: 0 });
	expect(countVitest(path)(ended(1))).toMatchObject({ passed: 1, failed: 1 });
});

test('a tool that leaves no report, or ran nothing, has failed', () => {
	expect(countVitest('no/such/report.json')(ended(0))).toMatchObject({ passed: 0, failed: 1 });
	expect(countVitest(report({ testResults: [] }))(ended(0))).toMatchObject({ failed: 1 });
	expect(countPlaywright('no/such/report.json')(ended(0))).toMatchObject({ failed: 1 });
	expect(countGoldens(ended(0, 'nothing'))).toMatchObject({ failed: 1 });
});

test('Playwright: unexpected and flaky results are failures', () => {
	const path = report({ stats: { expected: 4, unexpected: 1, flaky: 1, skipped: 2 } });
	expect(countPlaywright(path)(ended(1))).toEqual({ passed: 4, failed: 2, skipped: 2 });
});

test('goldens: each line with a verdict counts once', () => {
	const output = [
		'> npm run goldens',
		'text (logits)           error 2.10e-7  tolerance 1.00e-5  ok',
		'masks.json (prompt 3)   error 0  tolerance 0              ok  40 prompts',
		'tokens.json (ids)       error 1.00e+0  tolerance 0        FAIL  got ok'
	].join('\n');
	expect(countGoldens(ended(1, output))).toEqual({ passed: 2, failed: 1 });
});
