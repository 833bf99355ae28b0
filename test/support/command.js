import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} Finished
 * @property {number | null} code exit status; null if it was ended by a signal or never started
 * @property {string} output what it printed, errors among it
 */

/** @type {import('node:child_process').ChildProcess | undefined} */
let running;

/**
 * Command line of a tool in node_modules, run by this Node: no shell and no `.cmd` files.
 *
 * @param {string} packageName
 * @param {string} name its command
 * @param {string[]} args
 */
export function tool(packageName, name, ...args) {
	const folder = join('node_modules', packageName);
	const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
	return [process.execPath, join(folder, typeof bin === 'string' ? bin : bin[name]), ...args];
}

/**
 * Runs a command to its end and keeps what it prints. After `timeoutMs` it is stopped, with all that
 * it started.
 *
 * @param {string[]} command
 * @param {{ timeoutMs: number, env?: Record<string, string> }} options
 * @returns {Promise<Finished>}
 */
export function run([file, ...args], { timeoutMs, env }) {
	return new Promise((resolve) => {
		const child = spawn(file, args, {
			stdio: ['ignore', 'pipe', 'pipe'],
			env: { ...process.env, NODE_ENV: undefined, FORCE_COLOR: undefined, NO_COLOR: '1', ...env },
			// A process group of its own, so that all of it can be stopped.
			detached: process.platform !== 'win32'
		});
		running = child;
		/** @type {Buffer[]} */
		const chunks = [];
		/** @param {number | null} code @param {string} [reason] */
		const finish = (code, reason = '') => {
			clearTimeout(timer);
			running = undefined;
			resolve({ code, output: Buffer.concat(chunks).toString() + reason });
		};
		const timer = setTimeout(() => {
			stop(child);
			finish(null, `\nStopped: it ran longer than ${timeoutMs / 1000} s.\n`);
		}, timeoutMs);
		child.stdout.on('data', (chunk) => chunks.push(chunk));
		child.stderr.on('data', (chunk) => chunks.push(chunk));
		child.on('error', (error) => finish(null, `\n${error.message}\n`));
		child.on('close', (code) => finish(code));
	});
}

/** @param {import('node:child_process').ChildProcess} child */
function stop(child) {
	if (child.pid === undefined) return;
	try {
		if (process.platform === 'win32') spawn('taskkill', ['/pid', `${child.pid}`, '/t', '/f']);
		else process.kill(-child.pid, 'SIGKILL');
	} catch {
		// It has ended meanwhile.
	}
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
	process.once(signal, () => {
		if (running) stop(running);
		process.exit(1);
	});
}
