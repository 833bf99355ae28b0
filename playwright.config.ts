import { defineConfig } from '@playwright/test';
import { chromiumArgs, findChromium } from './test/support/chromium.js';

const port = Number(process.env.PREVIEW_PORT ?? 4317);
const baseURL = `http://127.0.0.1:${port}`;

/** End to end: the built app, as `vite preview` serves it, in Chromium. Build before. */
export default defineConfig({
	testDir: 'test/e2e',
	outputDir: 'test-results/end-to-end',
	timeout: 120_000,
	workers: 1,
	forbidOnly: Boolean(process.env.CI),
	reporter: [['list'], ['json', { outputFile: 'test-results/end-to-end.json' }]],
	use: {
		baseURL,
		launchOptions: { executablePath: findChromium(), args: chromiumArgs }
	},
	webServer: {
		command: `node node_modules/vite/bin/vite.js preview --host 127.0.0.1 --port ${port} --strictPort`,
		url: baseURL,
		// A port that was chosen for this run has no server that could be reused.
		reuseExistingServer: !process.env.CI && process.env.PREVIEW_PORT === undefined
	}
});
