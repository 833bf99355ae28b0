import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { installBrowser } from './support/browser.js';
import { run, tool } from './support/command.js';
import { countGoldens, countPlaywright, countStage, countVitest } from './support/counts.js';
import { install, npmCommand } from './support/install.js';

/**
 * `npm test`: installs what is missing, checks everything, and ends with one line that adds it up.
 * Nothing but Node itself is imported, because this runs before anything is installed.
 *
 * @typedef {import('./support/counts.js').Counts} Counts
 *
 * @typedef {object} Stage
 * @property {string} name
 * @property {string[][]} commands run in turn until one fails
 * @property {(finished: import('./support/command.js').Finished) => Counts} [count]
 * @property {Record<string, string>} [env]
 */

const REPORTS = 'test-results';
const TIMEOUT_MS = 12 * 60_000;
const HEARTBEAT_MS = 30_000;

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const totals = { passed: 0, failed: 0 };
const startedAt = Date.now();
if (install({ development: true })) {
	if (!installBrowser()) totals.failed += 1;
	rmSync(REPORTS, { recursive: true, force: true });
	mkdirSync(REPORTS);
	for (const stage of stages(await freePort())) add(await runStage(stage));
} else {
	console.error('The packages could not be installed: the reason stands above.');
	totals.failed += 1;
}
console.log(`\nIn all ${seconds(startedAt)}.`);
process.exitCode = totals.failed === 0 ? 0 : 1;
console.log(`${totals.passed} passed, ${totals.failed} failed`);

/** @param {number} port for the built app @returns {Stage[]} */
function stages(port) {
	const sync = tool('@sveltejs/kit', 'svelte-kit', 'sync');
	return [
		{ name: 'format', commands: [tool('prettier', 'prettier', '--check', '.')] },
		{ name: 'lint', commands: [tool('eslint', 'eslint', '.')] },
		{
			name: 'types',
			commands: [sync, tool('svelte-check', 'svelte-check', '--fail-on-warnings')]
		},
		{
			name: 'types without a DOM',
			commands: [tool('typescript', 'tsc', '-p', 'tsconfig.pure.json')]
		},
		{ name: 'unused files, exports and packages', commands: [tool('knip', 'knip')] },
		vitest('node'),
		{
			name: 'goldens',
			commands: [[...npmCommand(), 'run', 'goldens', '--', 'test/fixtures/goldens']],
			count: countGoldens
		},
		{
			name: 'goldens at full size',
			commands: [[...npmCommand(), 'run', 'goldens', '--', 'test/fixtures/goldens-full-size']],
			count: countGoldens
		},
		vitest('browser'),
		{ name: 'build', commands: [tool('vite', 'vite', 'build')] },
		{
			name: 'end to end',
			commands: [tool('@playwright/test', 'playwright', 'test')],
			count: countPlaywright(`${REPORTS}/end-to-end.json`),
			env: { PREVIEW_PORT: String(port) }
		}
	];
}

/** @param {'node' | 'browser'} project @returns {Stage} */
function vitest(project) {
	const report = `${REPORTS}/${project}.json`;
	const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
	return {
		name: `tests in ${project === 'node' ? 'Node' : 'Chromium'}`,
		commands: [tool('vitest', 'vitest', 'run', '--project', project, ...reporters)],
		count: countVitest(report)
	};
}

/**
 * Runs a stage and says how it went; all of its output is shown if it failed, and kept in a file.
 * Whatever goes wrong is a failure of this stage alone.
 *
 * @param {Stage} stage
 * @returns {Promise<Counts>}
 */
async function runStage({ name, commands, count = countStage, env }) {
	console.log(`${name} …`);
	const stageStartedAt = Date.now();
	const heartbeat = setInterval(
		() => console.log(`${name} … ${seconds(stageStartedAt)}`),
		HEARTBEAT_MS
	);
	let output = '';
	/** @type {Counts} */
	let counts = { passed: 0, failed: 1 };
	try {
		for (const command of commands) {
			const finished = await run(command, { timeoutMs: TIMEOUT_MS, env });
			output += finished.output;
			counts = count(finished);
			if (finished.code !== 0) break;
		}
	} catch (error) {
		output += `\n${error instanceof Error ? error.stack : error}\n`;
		counts = { passed: 0, failed: 1 };
	}
	clearInterval(heartbeat);
	writeFileSync(`${REPORTS}/${name.replaceAll(/\W+/g, '-')}.log`, output);
	if (counts.failed > 0) console.log(output);
	const skipped = counts.skipped ? `, ${counts.skipped} skipped` : '';
	const verdict = counts.failed > 0 ? `${counts.failed} FAILED, ` : '';
	console.log(`${name}: ${verdict}${counts.passed} ok${skipped} (${seconds(stageStartedAt)})\n`);
	return counts;
}

/** @param {Counts} counts */
function add({ passed, failed }) {
	totals.passed += passed;
	totals.failed += failed;
}

/** @param {number} since milliseconds */
function seconds(since) {
	return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

/** @returns {Promise<number>} a port that nobody listens on */
function freePort() {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const address = server.address();
			server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
		});
	});
}
