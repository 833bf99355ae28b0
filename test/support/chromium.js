import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const PROGRAM_FOLDERS = [
	process.env.PROGRAMFILES,
	process.env['PROGRAMFILES(X86)'],
	process.env.LOCALAPPDATA
].filter((folder) => folder !== undefined);
const FIXED = [
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
	'/Applications/Chromium.app/Contents/MacOS/Chromium',
	...PROGRAM_FOLDERS.map((folder) => join(folder, 'Google/Chrome/Application/chrome.exe')),
	...PROGRAM_FOLDERS.map((folder) => join(folder, 'Microsoft/Edge/Application/msedge.exe'))
];

/**
 * Path of the Chromium that tests drive: `CHROMIUM_PATH`, else the first one that is installed.
 *
 * @returns {string | undefined}
 */
export function findChromium() {
	const onPath = (process.env.PATH ?? '')
		.split(delimiter)
		.flatMap((folder) => NAMES.map((name) => join(folder, name)));
	return [process.env.CHROMIUM_PATH ?? '', ...onPath, ...FIXED].find(
		(path) => path !== '' && existsSync(path)
	);
}

/** Flags for a headless Chromium in a container; the last three give WebGPU in software. */
export const chromiumArgs = [
	'--no-sandbox',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	'--disable-quic',
	'--enable-unsafe-webgpu',
	'--use-webgpu-adapter=swiftshader',
	'--enable-features=Vulkan'
];
