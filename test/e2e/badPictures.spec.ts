import { readFile } from 'node:fs/promises';
import { expect, test, type Page } from '@playwright/test';
import { drawPng } from '../support/drawPng.js';
import { hugePng } from '../support/hugePng.js';
import {
	addFiles,
	dropFile,
	expectSoftTokens,
	openLive,
	prompt,
	sample
} from '../support/picturePage.js';

const alert = (page: Page) => page.getByRole('alert');

/** The page answers: another prompt still runs. */
async function expectAlive(page: Page): Promise<void> {
	await prompt(page).fill('What is 14 + 28?');
	await expect(page.getByRole('button', { name: /: \?$/ }).last()).toBeVisible({ timeout: 10_000 });
	await expect(page.getByText('stale', { exact: true })).toBeHidden();
}

test('a file that is no picture is refused by name, whatever it calls itself', async ({ page }) => {
	await openLive(page);
	const buffer = Buffer.from('hello');
	await dropFile(page, { name: 'notes.txt', mimeType: 'text/plain', buffer });
	await expect(alert(page)).toContainText('notes.txt: This is not a picture that can be read');
	await alert(page).getByRole('button', { name: 'Dismiss' }).click();
	await expect(alert(page)).toBeHidden();
	await dropFile(page, { name: 'a.png', mimeType: 'image/png', buffer });
	await expect(alert(page)).toContainText('a.png: This is not a picture');
	await expectAlive(page);
});

test('a PNG that is cut short is refused, and a whole one beside it is taken', async ({ page }) => {
	await openLive(page);
	const whole = await sample('red-circle.png');
	const cut = { ...whole, name: 'cut.png', buffer: whole.buffer.subarray(0, 900) };
	await addFiles(page, cut, whole);
	await expect(alert(page)).toContainText(/cut\.png: .*(damaged|cut short)/);
	await expectSoftTokens(page, 16);
	await expect(page.getByRole('listitem').filter({ hasText: 'red-circle.png' })).toBeVisible();
});

test('pictures of one pixel and of one column are shown and run', async ({ page }) => {
	await openLive(page);
	for (const [width, height] of [
		[1, 1],
		[1, 5000]
	]) {
		const buffer = Buffer.from(await drawPng(width, height).arrayBuffer());
		await addFiles(page, { name: `${width}x${height}.png`, mimeType: 'image/png', buffer });
	}
	await expectSoftTokens(page, 32);
	await expect(page.getByText('1 × 5,000', { exact: false }).first()).toBeVisible();
	await page.getByRole('switch', { name: /Pan & scan/ }).check();
	await expect(page.getByText(/smaller than panAndScanMinCropSize/)).toBeVisible();
	await expect(page.getByText('drawn wider than it is, to be seen').first()).toBeVisible();
	await expect(alert(page)).toHaveCount(0);
});

test('a picture of 100 megapixels is refused at once, and the page goes on', async ({ page }) => {
	await openLive(page);
	const file = { name: 'huge.png', mimeType: 'image/png', buffer: hugePng(10_000, 10_000) };
	const start = Date.now();
	await addFiles(page, file);
	await expect(alert(page)).toContainText('huge.png: This picture has 10000 × 10000 pixels');
	await expect(alert(page)).toContainText('The limit is 50: scale it down first');
	console.log(`refused after ${Date.now() - start} ms`);
	await expectAlive(page);
});

test('of an animation the first frame is used, and it says so', async ({ page }) => {
	await openLive(page);
	const buffer = await readFile('test/fixtures/images/animated.gif');
	await addFiles(page, { name: 'moving.gif', mimeType: 'image/gif', buffer });
	await expect(
		page.getByText('moving.gif: This GIF is animated: its first frame is used.').first()
	).toBeVisible();
	await expectSoftTokens(page, 16);
});

test('an SVG never runs its script and loads nothing', async ({ page }) => {
	await openLive(page);
	const requests: string[] = [];
	page.on('request', (request) => requests.push(request.url()));
	const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" onload="window.ran = 1">
		<script>window.ran = 1</script><image href="${new URL('/leak.png', page.url())}" width="9" height="9"/></svg>`;
	for (const [name, mimeType] of [
		['drawing.svg', 'image/svg+xml'],
		['hidden.png', 'image/png']
	]) {
		await dropFile(page, { name, mimeType, buffer: Buffer.from(svg) });
		const refusal = alert(page).filter({ hasText: name });
		await expect(refusal).toContainText('This is an SVG drawing');
	}
	await expectAlive(page);
	expect(await page.evaluate(() => 'ran' in window)).toBe(false);
	expect(requests.filter((url) => url.includes('leak'))).toEqual([]);
});

test('more marks than pictures, and more pictures than marks, are said in words', async ({
	page
}) => {
	await openLive(page);
	await page.getByRole('radio', { name: 'plain text' }).check({ force: true });
	await prompt(page).fill('');
	await addFiles(page, await sample('red-circle.png'));
	await expectSoftTokens(page, 16);
	await prompt(page).fill('<start_of_image> and <start_of_image>');
	await expect(alert(page)).toContainText('Prompt contained 2 image tokens but received 1 images.');
	await expect(alert(page)).toContainText('Every picture needs one <start_of_image>');
	await prompt(page).fill('no mark at all');
	await expect(alert(page)).toContainText('Prompt contained 0 image tokens but received 1 images.');
	await prompt(page).fill('<start_of_image> again');
	await expect(alert(page)).toBeHidden();
	await expectSoftTokens(page, 16);
});

test('a text-only checkpoint takes no picture and says why', async ({ page }) => {
	const config = JSON.parse(await readFile('static/models/gemma3-mini/config.json', 'utf8'));
	const { eos_token_id, text_config } = config;
	await page.route('**/gemma3-mini/config.json', (route) =>
		route.fulfill({
			json: { ...text_config, eos_token_id, architectures: ['Gemma3ForCausalLM'] }
		})
	);
	await openLive(page);
	await addFiles(page, await sample('red-circle.png'));
	await expect(alert(page)).toContainText(
		'red-circle.png: gemma3-mini reads text only: it has no vision tower.'
	);
	await expectAlive(page);
});
