import { writeFile } from 'node:fs/promises';
import { expect, test, type Page } from '@playwright/test';
import {
	addCell,
	addPrompt,
	cell,
	documentText,
	openNewNotebook,
	runStale,
	saveAs,
	waitForSaved
} from '../support/notebookPage.js';
import { pixelsOf } from '../support/pixelsOf.js';

/** A notebook with prose, a recorded prompt and what is drawn of it. */
async function writeRecorded(page: Page): Promise<void> {
	await openNewNotebook(page);
	await page.getByLabel('Title of the notebook').fill('To share');
	await addCell(page, 'Prose');
	await expect(page.locator('.cm-content')).toBeFocused();
	await page.keyboard.type('Some *prose* & $x^2$.');
	await page.keyboard.press('Escape');
	await addPrompt(page, 'Repeat: l s i k r');
	await addCell(page, 'Attention');
	await runStale(page);
	const prompt = cell(page, 'prompt-1');
	await prompt.hover();
	await prompt.getByText('⋯').click();
	await prompt.getByRole('button', { name: 'Record the result…' }).click();
	await page.getByRole('button', { name: /^Record \d/ }).click();
	await waitForSaved(page);
}

const importFile = (page: Page, name: string, text: string) =>
	page.getByLabel('Notebook file, .txt or .html').setInputFiles({
		name,
		mimeType: 'text/plain',
		buffer: Buffer.from(text)
	});

test('a web page opens from disk without a network, can be worked, and comes back equal', async ({
	page,
	browser
}, info) => {
	await writeRecorded(page);
	const text = await documentText(page);
	const html = await saveAs(page, /^Save as a web page/);
	const file = info.outputPath('shared.html');
	await writeFile(file, html);

	const context = await browser.newContext({ offline: true });
	const reader = await context.newPage();
	const asked: string[] = [];
	const complaints: string[] = [];
	reader.on('request', (request) => asked.push(request.url()));
	reader.on('console', (message) => {
		if (message.type() === 'error') complaints.push(message.text());
	});
	await reader.goto(`file://${file}`);
	await expect(reader.getByRole('heading', { name: 'To share' })).toBeVisible();
	await expect(reader.locator('math')).toHaveCount(1);
	const grid = reader.getByRole('grid', { name: /^Attention/ });
	await expect(grid).toBeVisible();
	const before = await pixelsOf(grid);
	await reader
		.getByRole('button', { name: /^L5/ })
		.or(reader.getByText('L5', { exact: true }))
		.first()
		.click();
	await expect.poll(() => pixelsOf(grid)).not.toBe(before);
	expect(asked.filter((url) => !/^(file|data|blob):/.test(url))).toEqual([]);
	expect(complaints).toEqual([]);
	await context.close();

	await page.getByRole('link', { name: 'Notebooks' }).click();
	await importFile(page, 'shared.html', html);
	await expect(page.getByLabel('Title of the notebook')).toHaveValue('To share');
	expect(await documentText(page)).toBe(text);
});

test('a link holds a small notebook, says what it is, and starts nothing', async ({
	page,
	browser
}) => {
	await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
	await openNewNotebook(page);
	await page.getByLabel('Title of the notebook').fill('In a link');
	await addPrompt(page, 'Repeat: l s i k r');
	await waitForSaved(page);
	const text = await documentText(page);
	await page.locator('summary', { hasText: 'Share' }).click();
	await page.getByRole('button', { name: 'Copy a link' }).click();
	await expect(page.getByText(/^Link copied/)).toBeVisible();
	const link = await page.evaluate(() => navigator.clipboard.readText());

	const context = await browser.newContext();
	const reader = await context.newPage();
	const asked: string[] = [];
	reader.on('request', (request) => asked.push(request.url()));
	await reader.goto(link);
	const dialog = reader.getByRole('dialog', { name: 'This link holds a notebook' });
	await expect(dialog).toContainText('In a link');
	await expect(dialog).toContainText('1 cell: 1 × prompt');
	await dialog.getByRole('button', { name: 'Open it' }).click();
	await expect(reader.getByLabel('Title of the notebook')).toHaveValue('In a link');
	expect(new URL(reader.url()).hash).toMatch(/^#id=/);
	expect(await documentText(reader)).toBe(text);
	expect(asked.filter((url) => /safetensors|\/models\//.test(url))).toEqual([]);
	await runStale(reader);
	await expect(cell(reader, 'prompt-1')).toContainText('16 tokens');
	await context.close();
});

test('a notebook about another model asks before anything is fetched', async ({ page }) => {
	const asked: string[] = [];
	page.on('request', (request) => asked.push(request.url()));
	await page.goto('/notebook');
	const text = [
		'%% gemma-loupe notebook 1',
		'title: "From elsewhere"',
		'model: "acme/other-model"',
		'',
		'%% prompt prompt-1',
		'template: "plain"',
		'',
		'Once upon a time'
	].join('\n');
	await importFile(page, 'elsewhere.txt', text);
	await expect(page.getByLabel('Title of the notebook')).toHaveValue('From elsewhere');
	await page.getByRole('button', { name: /^Run stale \(/ }).click();
	const dialog = page.getByRole('dialog', { name: 'Load acme/other-model?' });
	await expect(dialog).toContainText('huggingface.co');
	await dialog.getByRole('button', { name: 'Not now' }).click();
	await expect(dialog).toBeHidden();
	await expect(cell(page, 'prompt-1').getByText('not run')).toBeVisible();
	expect(asked.filter((url) => /huggingface|safetensors|\/models\//.test(url))).toEqual([]);
});

test('a file that holds no notebook is refused by name, and nothing is added', async ({ page }) => {
	await page.goto('/notebook');
	await importFile(page, 'letter.txt', 'Dear reader,');
	await expect(page.getByRole('alert')).toContainText('it is no notebook of Gemma Loupe');
	await expect(page.getByRole('alert')).toContainText(/letter\.txt/i);
	await expect(page.getByText('Nothing yet.')).toBeVisible();
	await page.goto('/notebook#notebook=1.AAAA');
	await expect(page.getByRole('alert')).toContainText('damaged');
});

test('Jupyter gets the prose and a picture of every cell', async ({ page }) => {
	await writeRecorded(page);
	const document = JSON.parse(await saveAs(page, /^Save for Jupyter/));
	expect(document.nbformat).toBe(4);
	const [title, prose, prompt, attention] = document.cells;
	expect(title.source.join('')).toBe('# To share');
	expect(prose.source.join('')).toBe('Some *prose* & $x^2$.');
	expect(prompt.source.join('')).toContain('Repeat');
	const [picture] = Object.values<Record<string, string>>(attention.attachments);
	expect(Buffer.from(picture['image/png'], 'base64').subarray(1, 4).toString()).toBe('PNG');
});

test('a bundled notebook is reset to its original, and the changed one is kept', async ({
	page
}) => {
	await page.goto('/notebook');
	await page.getByRole('link', { name: 'Reading an attention map' }).click();
	await expect(page.locator('#cells [data-cell]').first()).toBeVisible();
	const url = page.url();
	const original = await documentText(page);
	await page.getByLabel('Title of the notebook').fill('Mine now');
	await waitForSaved(page);
	await page.getByRole('button', { name: 'Reset…' }).click();
	await page.getByRole('button', { name: 'Keep mine as a copy, and reset' }).click();
	await expect(page.getByLabel('Title of the notebook')).toHaveValue('Reading an attention map');
	expect(await documentText(page)).toBe(original);
	await waitForSaved(page);
	await page.getByRole('link', { name: 'Notebooks' }).click();
	await expect(page.getByRole('link', { name: 'Mine now (copy)' })).toBeVisible();
	// Opened again, it is the same one, not another beginning.
	await page.getByRole('link', { name: 'Reading an attention map' }).first().click();
	await expect(page.getByLabel('Title of the notebook')).toBeVisible();
	expect(page.url()).toBe(url);
});

test('presenting walks the cells in large type', async ({ page }) => {
	await page.goto('/notebook#bundled=step-by-step');
	await expect(page.locator('#cells [data-cell]').first()).toBeVisible();
	const count = await page.locator('#cells [data-cell]').count();
	await page.getByRole('button', { name: 'Present' }).click();
	await expect(page.getByText(`1 of ${count}`)).toBeVisible();
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('ArrowRight');
	await expect(page.getByText(`3 of ${count}`)).toBeVisible();
	await page.keyboard.press('ArrowLeft');
	await expect(page.locator('#cells [data-cell]').nth(1)).toBeFocused();
	await expect(page.locator('body > div > header')).toBeHidden();
	await page.mouse.move(300, 300);
	await expect(page.locator('.spot')).toBeVisible();
	await page.keyboard.press('Escape');
	await expect(page.locator('body > div > header')).toBeVisible();
});
