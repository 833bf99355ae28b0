import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findChromium } from './chromium.js';

/**
 * Makes sure that there is a Chromium to test in. Root on Debian gets it from the distribution;
 * anybody else is told what to install.
 *
 * @returns {boolean} whether there is one now
 */
export function installBrowser() {
	if (findChromium()) return true;
	if (existsSync('/etc/debian_version') && process.getuid?.() === 0) {
		console.log('Installing Chromium …');
		aptGet('update');
		aptGet('install', '-y', 'chromium');
		if (findChromium()) return true;
	}
	console.error('There is no Chromium: install Chromium or Chrome, or set CHROMIUM_PATH to one.');
	return false;
}

/** @param {string[]} args */
function aptGet(...args) {
	const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
	spawnSync('apt-get', ['-q', ...args], { stdio: ['ignore', 'inherit', 'inherit'], env });
}
