/** What the pictures take in Chromium, on traces made by formula: built first, then timed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { chromium, type Page } from 'playwright';
import { build, preview } from 'vite';
import { chromiumArgs, findChromium } from '../support/chromium.js';
import { median } from './statistics.js';
import type { Bench } from './views/page.js';

const repetitions = Number(process.env.BENCH_REPETITIONS ?? 5);
const root = join(import.meta.dirname, 'views');
const views = [
	'matrix',
	'heads',
	'attention',
	'lines',
	'window',
	'states',
	'lens',
	'masks',
	'tokens'
] as const;

/** Prints one line a figure. */
export async function benchViews(): Promise<void> {
	const outDir = await mkdtemp(join(tmpdir(), 'bench-views-'));
	const shared = { configFile: false as const, root, logLevel: 'silent' as const };
	await build({
		...shared,
		plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
		resolve: { alias: { $lib: join(import.meta.dirname, '../../src/lib') } },
		build: { outDir, emptyOutDir: true }
	});
	const server = await preview({ ...shared, build: { outDir }, preview: { port: 4652 } });
	const browser = await chromium.launch({
		executablePath: findChromium(),
		args: [...chromiumArgs, '--js-flags=--expose-gc']
	});
	try {
		const page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
		page.on('pageerror', (error) => console.log(`page error: ${error.message}`));
		await page.addInitScript('globalThis.__name = (inner) => inner');
		await page.goto(server.resolvedUrls!.local[0]);
		await page.waitForFunction('globalThis.bench');
		await measure(page);
	} finally {
		await browser.close();
		await server.close();
		await rm(outDir, { recursive: true });
	}
}

async function measure(page: Page): Promise<void> {
	const paints: { script: number; drawn: number }[] = [];
	for (let i = 0; i <= repetitions; i++) {
		paints.push(await page.evaluate(() => use().firstPaint(2048)));
	}
	paints.shift(); // the first one compiles
	print(
		'2,048² matrix: weights to pixels and mount',
		median(paints.map((p) => p.script)),
		'ms',
		50
	);
	print('2,048² matrix: until drawn', median(paints.map((p) => p.drawn)), 'ms', 50);

	const { scripts, frames } = await page.evaluate(() => use().panAndZoom(2048));
	print('pan and zoom at 2,048: script a frame', median(scripts), 'ms', 16);
	print('pan and zoom at 2,048: frames a second', 1000 / median(frames), '/s', 60);

	const hover = await page.evaluate(() => use().hover(2048));
	print('hover at 2,048: script', median(hover.scripts), 'ms', 16);
	print('hover at 2,048: until drawn, in its frame', median(hover.drawn), 'ms', 16);

	const grids: number[] = [];
	for (let i = 0; i <= repetitions; i++) grids.push(await page.evaluate(() => use().grid(256)));
	grids.shift();
	print('26 × 8 heads at 256: scores, thumbnails, drawn', median(grids), 'ms', 200);

	for (const view of views) {
		const nodes = await page.evaluate((name) => use().nodes(name, 2048), view);
		print(`DOM nodes at 2,048 tokens: ${view}`, nodes, '', 2000);
	}

	const session = await page.context().newCDPSession(page);
	const heap = async () => {
		await session.send('HeapProfiler.collectGarbage');
		const { metrics } = await session.send('Performance.getMetrics');
		const value = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0;
		return { bytes: value('JSHeapUsedSize'), nodes: value('Nodes') };
	};
	await session.send('Performance.enable');
	const cycle = async (times: number) => {
		for (let i = 0; i < times; i++) {
			for (const view of views) await page.evaluate((name) => use().openAndClose(name, 256), view);
		}
	};
	// Once to compile and to fill what is kept; what grows from then on would grow for ever.
	await cycle(20);
	const before = await heap();
	await cycle(20);
	const after = await heap();
	print('memory after 20 times every view, growth', (after.bytes - before.bytes) / 1e6, 'MB', 0, 2);
	print('nodes after 20 times every view, growth', after.nodes - before.nodes, '', 0);

	for (const length of [64, 128, 256]) {
		const theirs = await page.evaluate((n) => use().lines(8, n), length);
		const ours = await page.evaluate((n) => use().ourLines(n), length);
		const name = `${length} tokens, 8 heads as one SVG line each pair`;
		console.log(
			`${name.padEnd(52)}${theirs.toFixed(0).padStart(8)} ms   ours ${ours.toFixed(0)} ms`
		);
	}
}

/** Runs in the page. */
declare function use(): Bench;

function print(name: string, value: number, unit: string, aim: number, digits = 1) {
	const figure = `${value.toFixed(digits)} ${unit}`.padStart(12);
	console.log(`${name.padEnd(52)}${figure}   aim ${aim} ${unit}`);
}
