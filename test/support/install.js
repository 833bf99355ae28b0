import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Uses nothing but Node itself: it runs before anything is installed. */

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {boolean} [dev] only for development
 * @property {boolean} [devOptional]
 * @property {boolean} [optional] may be absent, as packages for another platform are
 */

const root = new URL('../../', import.meta.url);

/** @param {string} path @returns {Record<string, LockedPackage>} */
function readLock(path) {
	const url = new URL(path, root);
	return existsSync(url) ? JSON.parse(readFileSync(url, 'utf8')).packages : {};
}

/**
 * Runs npm, the one that runs this script where there is one.
 *
 * @param {string[]} args
 * @returns {boolean} whether it ended well
 */
function npm(args) {
	const [command, ...first] = npmCommand();
	const shell = first.length === 0 && process.platform === 'win32';
	const { status } = spawnSync(command, [...first, ...args], {
		cwd: root,
		stdio: ['ignore', 'inherit', 'inherit'],
		shell
	});
	return status === 0;
}

/** Says so when this Node is older than the project supports. */
function isNodeRecent() {
	const [major, minor] = process.versions.node.split('.').map(Number);
	const isRecent = major > 20 || (major === 20 && minor >= 19);
	if (!isRecent)
		console.error(`Node ${process.versions.node} is too old: install Node 20.19 or newer.`);
	return isRecent;
}

/** @returns {string[]} the command line that stands for `npm` */
export function npmCommand() {
	const path = process.env.npm_execpath ?? '';
	return path.endsWith('npm-cli.js') ? [process.execPath, path] : ['npm'];
}

/**
 * Installs what the lock file names and node_modules lacks; does nothing, quickly, when all is there.
 * Without `development` the test tools stay out, unless they are installed already: `npm ci` starts
 * from an empty folder, and would take them away.
 *
 * @param {{ development: boolean }} options
 * @returns {boolean} whether everything is there now
 */
export function install({ development }) {
	if (!isNodeRecent()) return false;
	const locked = Object.entries(readLock('package-lock.json')).filter(([path]) => path !== '');
	const installed = readLock('node_modules/.package-lock.json');
	const isThere = (/** @type {[string, LockedPackage]} */ [path, { version }]) =>
		installed[path]?.version === version && existsSync(new URL(`${path}/package.json`, root));
	const forTests = (/** @type {[string, LockedPackage]} */ [, entry]) =>
		Boolean(entry.dev || entry.devOptional);
	const isNeeded = (/** @type {[string, LockedPackage]} */ entry) =>
		!entry[1].optional && (development || !forTests(entry));
	if (locked.filter(isNeeded).every(isThere)) return true;

	const all = development || locked.some((entry) => entry[1].dev && isThere(entry));
	console.log(all ? 'Installing packages …' : 'Installing packages, without the test tools …');
	return npm(['ci', all ? '--include=dev' : '--omit=dev']);
}
