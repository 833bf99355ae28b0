import { existsSync, readFileSync } from 'node:fs';

/** How many checks of a stage passed and failed, read from what its tool left behind. */

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} [skipped]
 *
 * @typedef {import('./command.js').Finished} Finished
 */

/** The stage is one check. @param {Finished} finished @returns {Counts} */
export const countStage = ({ code }) => ({
	passed: code === 0 ? 1 : 0,
	failed: code === 0 ? 0 : 1
});

/**
 * A tool that fails, or that ran nothing, has failed at least once.
 *
 * @param {Finished} finished
 * @param {Counts} counts
 * @returns {Counts}
 */
function atLeast({ code }, counts) {
	const ranNothing = counts.passed + counts.failed === 0;
	return code !== 0 || ranNothing ? { ...counts, failed: Math.max(1, counts.failed) } : counts;
}

/** @param {string} path */
const readReport = (path) =>
	existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;

/**
 * Counts the tests of Vitest's JSON report. A file that could not be run counts as one failure.
 *
 * @param {string} path
 * @returns {(finished: Finished) => Counts}
 */
export const countVitest = (path) => (finished) => {
	/** @type {{ status: string, assertionResults: { status: string }[] }[]} */
	const files = readReport(path)?.testResults ?? [];
	const tests = files.flatMap((file) => file.assertionResults);
	const withStatus = (/** @type {string} */ status) =>
		tests.filter((test) => test.status === status).length;
	const brokenFiles = files.filter(
		(file) => file.status === 'failed' && file.assertionResults.every((t) => t.status !== 'failed')
	).length;
	const passed = withStatus('passed');
	const failed = withStatus('failed');
	const skipped = tests.length - passed - failed;
	return atLeast(finished, { passed, failed: failed + brokenFiles, skipped });
};

/**
 * Counts the tests of Playwright's JSON report.
 *
 * @param {string} path
 * @returns {(finished: Finished) => Counts}
 */
export const countPlaywright = (path) => (finished) => {
	const stats = readReport(path)?.stats ?? { expected: 0, unexpected: 0, flaky: 0, skipped: 0 };
	const { expected, unexpected, flaky, skipped } = stats;
	return atLeast(finished, { passed: expected, failed: unexpected + flaky, skipped });
};

/**
 * Counts the lines of the reference comparison, which end with `tolerance 1.00e-5  ok`, or `FAIL`.
 *
 * @param {Finished} finished
 * @returns {Counts}
 */
export function countGoldens(finished) {
	const lines = finished.output.split('\n');
	const withVerdict = (/** @type {RegExp} */ verdict) =>
		lines.filter((line) => verdict.test(line)).length;
	const passed = withVerdict(/ tolerance \S+ +ok\b/);
	const failed = withVerdict(/ tolerance \S+ +FAIL\b/);
	return atLeast(finished, { passed, failed });
}
