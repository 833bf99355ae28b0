/**
 * A long notebook in Chromium on the built app: 100 cells, 20 of them prompts with a recorded result.
 * Prints how long it takes to open, the frames of a scroll through all of it, and how long a typed
 * letter takes to be on the page. Run `npm run build` first.
 */
import * as ort from 'onnxruntime-web';
import { chromium, type Page } from 'playwright';
import { preview } from 'vite';
import { createAttachment } from '../../src/lib/notebook/attachments.js';
import { toCellKeys } from '../../src/lib/notebook/cellKeys.js';
import { setRecording } from '../../src/lib/notebook/edits.js';
import {
	toNotebook,
	toPrompt,
	type CellInput,
	type Notebook
} from '../../src/lib/notebook/notebook.js';
import { serializeText } from '../../src/lib/notebook/serializeText.js';
import { directorySource } from '../../src/lib/sources/directorySource.js';
import { LiveTrace } from '../../src/lib/trace/liveTrace.js';
import { recordTraceFile } from '../../src/lib/trace/recordTraceFile.js';
import { ModelService } from '../../workers/inferenceService.js';
import { chromiumArgs, findChromium } from '../support/chromium.js';
import { median } from './statistics.js';

const recorded = 20;
const repetitions = Number(process.env.BENCH_REPETITIONS ?? 3);

/** Five cells a prompt: prose, the prompt, its tokens, a mask and attention. */
async function createLongNotebook(): Promise<Notebook> {
	const cells = Array.from({ length: recorded }, (_, i): CellInput[] => [
		{
			id: `prose-${i}`,
			kind: 'prose',
			settings: { text: `## Part ${i}\n\nA paragraph with **words** and $x_{${i}}^2$.` }
		},
		{
			id: `prompt-${i}`,
			kind: 'prompt',
			settings: { messages: [{ role: 'user', content: `What is ${i + 3} + 28? Say it.` }] }
		},
		{ id: `tokens-${i}`, kind: 'tokens', source: `prompt-${i}` },
		{ id: `mask-${i}`, kind: 'mask', source: `prompt-${i}`, settings: { layer: 5 } },
		{ id: `attention-${i}`, kind: 'attention', source: `prompt-${i}`, settings: { layer: 5 } }
	]).flat();
	let notebook = toNotebook({ title: 'Long', cells });
	const keys = toCellKeys(notebook);
	ort.env.wasm.numThreads = 1;
	const service = new ModelService({ loadOrt: async () => ort, openSource: directorySource });
	const model = await service.load({
		source: { kind: 'url', url: 'static/models/gemma3-mini' },
		name: 'gemma3-mini',
		device: 'wasm'
	});
	for (const cell of notebook.cells) {
		if (cell.kind !== 'prompt') continue;
		const prompt = toPrompt(cell.settings);
		const trace = new LiveTrace(service, await service.run({ prompt }), model);
		const bytes = await recordTraceFile(trace, prompt, { topK: null, dtype: 'float16' });
		const file = await createAttachment('application/x-safetensors', bytes);
		const [hash] = file.keys();
		const reference = { trace: hash, key: keys.get(cell.id)! };
		notebook = setRecording(notebook, cell.id, reference, file);
		await trace.release();
	}
	await service.dispose();
	return notebook;
}

/** Milliseconds from the navigation until every cell is there and what is in sight is drawn. */
async function open(page: Page, url: string, numCells: number): Promise<number> {
	await page.goto('about:blank');
	await page.goto(url);
	return page.evaluate(
		(count) =>
			new Promise<number>((resolve) => {
				const look = () => {
					const cells = document.querySelectorAll('#cells [data-cell]').length;
					const isDrawn = document.querySelector(
						'[data-output=prompt] svg, [data-output=prompt] ol'
					);
					if (cells === count && isDrawn) resolve(performance.now());
					else requestAnimationFrame(look);
				};
				look();
			}),
		numCells
	);
}

/** Milliseconds between frames while the page is scrolled from end to end. */
const scroll = (page: Page) =>
	page.evaluate(
		() =>
			new Promise<number[]>((resolve) => {
				const frames: number[] = [];
				let last = performance.now();
				const step = (now: number) => {
					frames.push(now - last);
					last = now;
					scrollBy(0, 150);
					const isEnd = scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
					if (isEnd) resolve(frames.slice(1));
					else requestAnimationFrame(step);
				};
				requestAnimationFrame(step);
			})
	);

/** Milliseconds from a key to the frame that shows its letter, of each. */
async function type(page: Page): Promise<number[]> {
	await page.evaluate(() => {
		const latencies: number[] = [];
		Object.assign(globalThis, { latencies });
		addEventListener(
			'keydown',
			({ timeStamp }) =>
				requestAnimationFrame(() => {
					const { port1, port2 } = new MessageChannel();
					port1.onmessage = () => latencies.push(performance.now() - timeStamp);
					port2.postMessage(null);
				}),
			true
		);
	});
	for (const letter of 'what a long notebook this is') {
		await page.keyboard.press(letter);
		await page.waitForTimeout(40);
	}
	return page.evaluate(() => (globalThis as unknown as { latencies: number[] }).latencies);
}

const notebook = await createLongNotebook();
const server = await preview({ preview: { port: 4660 }, logLevel: 'silent' });
const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumArgs });
try {
	const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
	// The compiler that runs this file wraps inner functions in a helper that pages do not have.
	await context.addInitScript('globalThis.__name = (inner) => inner');
	const page = await context.newPage();
	await page.goto(`${server.resolvedUrls!.local[0]}notebook`);
	await page.getByLabel('Notebook file, .txt or .html').setInputFiles({
		name: 'long.txt',
		mimeType: 'text/plain',
		buffer: Buffer.from(serializeText(notebook))
	});
	await page.waitForURL(/#id=/);
	const url = page.url();
	const opened: number[] = [];
	let frames: number[] = [];
	let letters: number[] = [];
	for (let i = 0; i < repetitions; i++) {
		opened.push(await open(page, url, notebook.cells.length));
		frames = [...frames, ...(await scroll(page))];
		await page.evaluate(() => scrollTo(0, 0));
		await page.locator('[data-cell=prose-0]').focus();
		await page.keyboard.press('Enter');
		await page.locator('.cm-content').waitFor();
		letters = [...letters, ...(await type(page))];
		await page.getByLabel('Turn 1 of prompt-0', { exact: true }).focus();
		letters = [...letters, ...(await type(page))];
		await page.waitForTimeout(1000);
	}
	const most = (values: readonly number[]) => Math.max(...values).toFixed(0);
	const bytes = [...notebook.attachments.values()].reduce((sum, one) => sum + one.bytes.length, 0);
	console.log(
		`${notebook.cells.length} cells, ${recorded} recordings of ${(bytes / 1e6).toFixed(1)} MB in all`
	);
	console.log(`open: median ${median(opened).toFixed(0)} ms (target 1000)`);
	const long = frames.filter((ms) => ms > 50);
	console.log(
		`scroll: ${frames.length} frames, median ${median(frames).toFixed(1)}, longest ${most(frames)} ms, ${long.length} over 50 ms (target 0)`
	);
	console.log(
		`typing: ${letters.length} letters, median ${median(letters).toFixed(1)}, longest ${most(letters)} ms (target 30)`
	);
} finally {
	await browser.close();
	await server.close();
}
