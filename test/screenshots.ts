/**
 * Every view of the built app as a picture, light and dark, wide and narrow, with the embedded model:
 * `npm run build`, then `npm run screenshots`. They lie in `test-results/screenshots`; names given
 * as arguments choose among them.
 */
import { mkdir } from 'node:fs/promises';
import { chromium, type Page } from 'playwright';
import { preview } from 'vite';
import { chromiumArgs, findChromium } from './support/chromium.js';

const folder = 'test-results/screenshots';
const place = 'layer=5&head=1&query=12&key=5';

const shots: Readonly<Record<string, string>> = {
	start: '',
	window: `inspect#view=window&${place}`,
	'window-27b': `inspect#view=window&${place}&set.model=Gemma+3+27B&set.tokens=131072`,
	heads: `inspect#view=heads&${place}`,
	'heads-by-induction': `inspect#view=heads&${place}&set.order=induction`,
	attention: `inspect#view=attention&${place}`,
	'attention-log-no-bos': `inspect#view=attention&${place}&set.scale=log&set.sink=hidden`,
	rollout: `inspect#view=attention&${place}&set.of=rollout`,
	stages: `inspect#view=attention&${place}&set.scores=on`,
	lines: `inspect#view=lines&layer=5&head=1`,
	states: `inspect#view=states&${place}&set.unit=word&set.bars=surprise`,
	lens: `inspect#view=lens&${place}`,
	masks: `inspect#view=masks&${place}&set.compare=window&set.window=6`,
	pair: `inspect#view=pair&${place}&set.second=What+is+the+capital+of+Italy%3F`,
	'picture-masks': 'inspect#view=masks&layer=5&set.compare=panAndScan',
	'picture-past': 'inspect#view=masks&layer=5&set.compare=past'
};
const wanted = process.argv.slice(2);
const server = process.env.BASE_URL
	? null
	: await preview({ preview: { port: 4651 }, logLevel: 'silent' });
const base = process.env.BASE_URL ?? server!.resolvedUrls!.local[0];
const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumArgs });
await mkdir(folder, { recursive: true });
try {
	for (const colorScheme of ['light', 'dark'] as const) {
		const context = await browser.newContext({ colorScheme, reducedMotion: 'reduce' });
		const page = await context.newPage();
		page.on('pageerror', (error) => console.log(`  page error: ${error.message}`));
		for (const [name, path] of Object.entries(shots)) {
			if (wanted.length > 0 && !wanted.includes(name)) continue;
			await open(page, path, name.startsWith('picture-'));
			for (const [size, width] of [
				['wide', 1280],
				['narrow', 390]
			] as const) {
				await page.setViewportSize({ width, height: 900 });
				await page.waitForTimeout(250);
				const file = `${folder}/${name}-${colorScheme}-${size}.png`;
				await page.screenshot({ path: file, fullPage: true });
				const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
				console.log(`${file}  ${nodes} nodes`);
			}
		}
		await context.close();
	}
} finally {
	await browser.close();
	await server?.close();
}

/** Waits for the model's own result: what is recorded holds no states. */
async function open(page: Page, path: string, hasPicture: boolean): Promise<void> {
	await page.setViewportSize({ width: 1280, height: 900 });
	// A fresh page, not another fragment of the same one.
	await page.goto('about:blank');
	const isInspection = path.startsWith('inspect');
	if (hasPicture) {
		// Pictures fit into no address: they are dropped on the first page, and come along by its link.
		await page.goto(base);
		await page.locator('[data-trace="live"]').waitFor({ timeout: 90_000 });
		await page.locator('input[type=file]').setInputFiles('static/examples/wide-banner.png');
		await page.getByText(/tokens, 16 of pictures/).waitFor({ timeout: 60_000 });
		const link = page.getByRole('link', { name: 'Inspect' });
		await link.evaluate(
			(element: HTMLAnchorElement, hash) => (element.hash = hash),
			path.split('#')[1]
		);
		await link.click();
	} else await page.goto(new URL(path, base).href);
	const live = isInspection
		? page.getByText('computed here on')
		: page.locator('[data-trace="live"]');
	await live.waitFor({ timeout: 90_000 });
	const busy = page.locator('#view [role="status"]').filter({ hasText: '…' });
	await busy.first().waitFor({ state: 'detached', timeout: 60_000 });
}
