import { playwright } from '@vitest/browser-playwright';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vitest/config';
import { chromiumArgs, findChromium } from './test/support/chromium.js';

const alias = { $lib: new URL('./src/lib', import.meta.url).pathname };

/** Two projects: pure code in Node without a DOM, and rune code and canvases in real Chromium. */
export default defineConfig({
	test: {
		projects: [
			{
				resolve: { alias },
				test: {
					name: 'node',
					environment: 'node',
					include: ['test/node/**/*.test.ts', 'test/goldens/**/*.test.ts'],
					testTimeout: 60_000,
					hookTimeout: 60_000
				}
			},
			{
				plugins: [sveltekit()],
				server: { fs: { allow: ['workers', 'static', 'test'] } },
				worker: { format: 'es' },
				// Found by a worker in mid-test, they would reload the page under it.
				optimizeDeps: {
					include: ['onnxruntime-web/jspi', 'onnxruntime-web/wasm', 'onnxruntime-web/webgpu']
				},
				test: {
					name: 'browser',
					include: ['test/browser/**/*.test.ts'],
					testTimeout: 120_000,
					browser: {
						enabled: true,
						headless: true,
						screenshotFailures: false,
						provider: playwright({
							launchOptions: { executablePath: findChromium(), args: chromiumArgs }
						}),
						instances: [{ browser: 'chromium' }]
					}
				}
			}
		]
	}
});
