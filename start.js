import { spawnSync } from 'node:child_process';
import {
	existsSync,
	readFileSync,
	readdirSync,
	statSync,
	utimesSync,
	writeFileSync
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { install } from './test/support/install.js';

/** `npm start`: installs what is missing, builds what has changed, serves the app and opens it. */

const INPUTS = [
	'src',
	'workers',
	'static',
	'package-lock.json',
	'svelte.config.js',
	'vite.config.ts',
	'vite.viewer.ts'
];
const BUILT_PAGE = '.svelte-kit/output/prerendered/pages/index.html';
const STAMP = '.svelte-kit/built-for';

process.chdir(import.meta.dirname);
if (!install({ development: false })) {
	console.error('Gemma Loupe could not install its packages: the reason stands above.');
	process.exit(1);
}
if (!isBuilt() && !build()) {
	console.error('Gemma Loupe could not be built: the reason stands above.');
	process.exit(1);
}
await serve();

function isBuilt() {
	if (!existsSync(STAMP) || !existsSync(BUILT_PAGE)) return false;
	const sameBase = readFileSync(STAMP, 'utf8') === (process.env.BASE_PATH ?? '');
	return sameBase && Math.max(...INPUTS.map(changedAt)) < statSync(STAMP).mtimeMs;
}

/**
 * Newest change of a file, or of a folder and all that is in it, in milliseconds.
 *
 * @param {string} path
 * @returns {number}
 */
function changedAt(path) {
	const stats = statSync(path);
	if (!stats.isDirectory()) return stats.mtimeMs;
	return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => changedAt(`${path}/${name}`)));
}

function build() {
	console.log('Building …');
	const startedAt = new Date();
	const command = ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'error'];
	if (spawnSync(process.execPath, command, { stdio: 'inherit' }).status !== 0) return false;
	writeFileSync(STAMP, process.env.BASE_PATH ?? '');
	utimesSync(STAMP, startedAt, startedAt);
	return true;
}

/** Serves on the first free port from PORT, or 4173, on, until it is interrupted. */
async function serve() {
	const { preview } = await import('vite');
	const port = Number(process.env.PORT) || 4173;
	const server = await preview({ preview: { port, open: canOpenBrowser() }, logLevel: 'warn' });
	const url = server.resolvedUrls?.local[0];
	console.log(`\nGemma Loupe is ready: open ${url} in a browser (Ctrl+C stops it).`);
}

/** False where opening would fail or show a browser inside the terminal: CI, no display. */
function canOpenBrowser() {
	const { CI, DISPLAY, WAYLAND_DISPLAY, WSL_DISTRO_NAME, PATH = '' } = process.env;
	if (CI) return false;
	if (['darwin', 'win32'].includes(process.platform) || WSL_DISTRO_NAME) return true;
	const hasOpener = PATH.split(delimiter).some((folder) => existsSync(join(folder, 'xdg-open')));
	return Boolean(DISPLAY || WAYLAND_DISPLAY) && hasOpener;
}
