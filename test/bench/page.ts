/**
 * What a visitor waits for, in Chromium on the built app, with the embedded model on WebAssembly:
 * medians over fresh browser contexts. Run `npm run build` first.
 */
import { gzipSync } from 'node:zlib';
import { chromium, type Browser, type Page } from 'playwright';
import { preview } from 'vite';
import { chromiumArgs, findChromium } from '../support/chromium.js';
import { median } from './statistics.js';

const REPETITIONS = Number(process.env.BENCH_REPETITIONS ?? 5);
/** About 30 tokens with the chat template around it. */
const EDITS = [
	'What is the capital of France? Say it in one word',
	'What is 14 + 28? And what is 3 + 4 then'
];

interface Visit {
	readonly shellMs: number;
	readonly liveMs: number;
	readonly editMs: readonly number[];
	readonly longestTaskMs: number;
	readonly scriptBytes: number;
}

/** Prints one line a figure. */
export async function benchPage(): Promise<void> {
	const server = await preview({ preview: { port: 4650 }, logLevel: 'silent' });
	const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumArgs });
	try {
		const url = server.resolvedUrls!.local[0];
		const visits: Visit[] = [];
		for (let i = 0; i < REPETITIONS; i++) visits.push(await visit(browser, url));
		const of = (pick: (one: Visit) => number) => median(visits.map(pick));
		print(
			'app shell painted',
			of((one) => one.shellMs),
			'ms',
			1000
		);
		print(
			'first live attention picture',
			of((one) => one.liveMs),
			'ms',
			4000
		);
		print('prompt edit to new picture', median(visits.flatMap((one) => one.editMs)), 'ms', 300);
		print(
			'longest main-thread task',
			of((one) => one.longestTaskMs),
			'ms',
			50
		);
		print('JavaScript before the engine, gzip', of((one) => one.scriptBytes) / 1000, 'kB', 250);
	} finally {
		await browser.close();
		await server.close();
	}
}

async function visit(browser: Browser, url: string): Promise<Visit> {
	const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
	try {
		const page = await context.newPage();
		let scriptBytes = 0;
		const sizes: Promise<void>[] = [];
		page.on('response', (response) => {
			const path = new URL(response.url()).pathname;
			if (!path.endsWith('.js') || path.includes('/workers/')) return;
			sizes.push(response.body().then((body) => void (scriptBytes += gzipSync(body).byteLength)));
		});
		// The compiler that runs this file wraps inner functions in a helper that pages do not have.
		await page.addInitScript('globalThis.__name = (inner) => inner');
		await page.addInitScript(() => {
			const tasks: number[] = [];
			Object.assign(globalThis, { benchTasks: tasks });
			new PerformanceObserver((list) => {
				for (const { duration } of list.getEntries()) tasks.push(duration);
			}).observe({ type: 'longtask', buffered: true });
		});
		await page.goto(`${url}?device=wasm`);
		const liveMs = await whenLive(page);
		const shellMs = await page.evaluate(
			() => performance.getEntriesByName('first-contentful-paint')[0].startTime
		);
		const editMs: number[] = [];
		for (const text of EDITS) editMs.push(await edit(page, text));
		const longestTaskMs = await page.evaluate(() =>
			Math.max(0, ...(globalThis as unknown as { benchTasks: number[] }).benchTasks)
		);
		await Promise.all(sizes);
		return { shellMs, liveMs, editMs, longestTaskMs, scriptBytes };
	} finally {
		await context.close();
	}
}

/** Milliseconds from navigation until a live attention map has been painted. */
function whenLive(page: Page): Promise<number> {
	return page.evaluate(
		() =>
			new Promise<number>((resolve) => {
				const look = () => {
					const figure = document.querySelector('[data-trace="live"] canvas');
					if (figure === null) requestAnimationFrame(look);
					// The frame after next: the canvas has been painted by then.
					else requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())));
				};
				look();
			})
	);
}

/** Milliseconds from a change of the prompt until its own attention map has been painted. */
function edit(page: Page, text: string): Promise<number> {
	return page.evaluate(
		(value) =>
			new Promise<number>((resolve) => {
				const trace = () => document.querySelector<HTMLElement>('[data-trace]')!;
				const before = trace().dataset.run;
				const prompt = document.querySelector('textarea')!;
				const start = performance.now();
				prompt.value = value;
				prompt.dispatchEvent(new Event('input', { bubbles: true }));
				const look = () => {
					if (trace().dataset.run === before) requestAnimationFrame(look);
					else requestAnimationFrame(() => resolve(performance.now() - start));
				};
				look();
			}),
		text
	);
}

function print(name: string, value: number, unit: string, aim: number) {
	const figure = `${value.toFixed(0)} ${unit}`.padStart(10);
	console.log(`${name.padEnd(40)}${figure}   aim ${aim} ${unit}`);
}
