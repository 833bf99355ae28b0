/**
 * The whole way of a full-size model in Chromium on the built app: from a Hub on this machine
 * through conversion and the browser's disk to a first trace on WebAssembly, and from disk again.
 * Run `npm run build` first.
 *
 * Usage: npm run bench:load -- [270m | 1b] [DTYPE]
 */
import { chromium, type Page } from 'playwright';
import { preview } from 'vite';
import { chromiumArgs, findChromium } from '../support/chromium.js';
import { writeFormulaFolder } from '../support/formulaFolder.js';
import { startHubServer } from '../support/hubServer.js';

const [shape = '270m', dtype = 'q8'] = process.argv.slice(2);
const repository = `owner/gemma-3-${shape}-it`;
const patience = { timeout: 600_000 };

const folder = await writeFormulaFolder(shape);
const megabytes = folder.byteLength / 1e6;
const hub = await startHubServer(repository, folder.files);
const server = await preview({ preview: { port: 4652 }, logLevel: 'silent' });
const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumArgs });
try {
	// The server hashes its files once, before anybody waits for it.
	await fetch(`${hub.endpoint}/api/models/${repository}/revision/main`);
	const page = await browser.newPage();
	await openDialog(page);
	const shown = page.locator('[data-trace="live"]');
	await shown.waitFor(patience);
	const before = await shown.getAttribute('data-run');
	const dialog = page.getByRole('dialog', { name: 'Model' });
	await dialog.getByRole('radio', { name: 'another repository' }).check();
	await dialog.getByRole('textbox', { name: 'Repository' }).fill(repository);
	await dialog.getByText('Revision, mirror').click();
	await dialog.getByRole('textbox', { name: 'Endpoint' }).fill(hub.endpoint);
	await dialog.getByRole('combobox', { name: 'weights' }).selectOption(dtype);
	await dialog.getByRole('combobox', { name: 'device' }).selectOption('wasm');
	const start = performance.now();
	await dialog.getByRole('button', { name: 'Load', exact: true }).click();
	await dialog.locator('li.begun', { hasText: 'upload' }).waitFor(patience);
	const stored = performance.now();
	print(`fetched, converted to ${dtype}, hashed and kept`, stored - start, megabytes);
	await ready(page, stored, 'ready from there');
	const asked = performance.now();
	while ((await shown.getAttribute('data-run')) === before) await page.waitForTimeout(20);
	print('first trace, of a prompt of some 20 tokens', performance.now() - asked);

	await openDialog(page);
	const kept = dialog.getByRole('button', { name: `Load ${repository} ${dtype}` });
	const size = await kept.locator('xpath=..').locator('.size').innerText();
	const again = performance.now();
	await kept.click();
	await ready(page, again, `from the browser's disk to ready, ${size}`);
} finally {
	await browser.close();
	await server.close();
	await hub.close();
	await folder.remove();
}

async function openDialog(page: Page): Promise<void> {
	await page.goto(server.resolvedUrls!.local[0]);
	await page.locator('header .light.ready').waitFor(patience);
	await page.locator('header summary').click();
	await page.getByRole('button', { name: 'Another model' }).click();
}

async function ready(page: Page, start: number, what: string): Promise<void> {
	const loaded = page.locator('header summary', { hasText: `${repository} · WebAssembly` });
	await loaded.waitFor(patience);
	print(what, performance.now() - start);
}

function print(what: string, ms: number, megabytes?: number): void {
	const rate = megabytes === undefined ? '' : ` (${((megabytes / ms) * 1000).toFixed(0)} MB/s)`;
	console.log(`${what}: ${(ms / 1000).toFixed(1)} s${rate}`);
}
