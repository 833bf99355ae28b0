import { readFile, writeFile } from 'node:fs/promises';
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import {
	addCell,
	addPrompt,
	cell,
	openNewNotebook,
	runStale,
	saveAs,
	waitForSaved
} from '../support/notebookPage.js';

/** A notebook with a plain prompt and a classification of it, both run. */
async function classify(page: Page, text: string): Promise<void> {
	await openNewNotebook(page);
	await addPrompt(page, text);
	await cell(page, 'prompt-1').getByRole('radio', { name: 'plain text' }).check({ force: true });
	await addCell(page, 'Classification');
	await expect(cell(page, 'classification-1')).toContainText('gives prompt-1 one of 3 labels');
	await runStale(page);
}

const rows = (page: Page) =>
	cell(page, 'classification-1').getByRole('table').locator('tbody').getByRole('row');

test('a prompt is classified, goes stale with it, is recorded, and is there after a reload and in exports', async ({
	page
}, info) => {
	await classify(page, 'This film is wonderful.');
	const labels = cell(page, 'classification-1');
	await expect(rows(page)).toHaveCount(3);
	await expect(rows(page).first()).toHaveText(/^positive\s*1\.000\s*15\.\d{3}$/);
	await expect(labels).toContainText('softmax over the 3 logits');
	await expect(labels).not.toContainText('chat template');

	// The token that was read is the one that all pictures of the prompt show.
	const token = labels.getByRole('button', { name: /^Token \d+, \., in every picture/ });
	await token.click();
	await expect(token).toHaveAttribute('aria-pressed', 'true');
	await expect(cell(page, 'prompt-1')).toContainText(/position \d+: \./);
	await page.keyboard.press('Escape');

	const text = cell(page, 'prompt-1').getByRole('textbox', { name: 'Text of prompt-1' });
	await text.fill('The soup was awful.');
	await expect(labels.locator('.badge', { hasText: 'stale' })).toBeVisible();
	await runStale(page);
	await expect(rows(page).first()).toContainText('negative');
	await expect(labels.locator('.badge', { hasText: 'stale' })).toHaveCount(0);

	await labels.hover();
	await labels.getByText('⋯').click();
	await labels.getByRole('button', { name: 'Record the result…' }).click();
	const dialog = page.getByRole('dialog', { name: 'Record classification-1' });
	await expect(dialog).toContainText('Every label is kept with its logit');
	await expect(dialog).toContainText('none');
	await dialog.getByRole('button', { name: /^Record \d/ }).click();
	await expect(dialog).toBeHidden();
	await waitForSaved(page);
	const shown = await rows(page).allInnerTexts();

	await page.reload();
	await expect(labels.locator('.badge', { hasText: 'recorded' })).toBeVisible();
	await labels.scrollIntoViewIfNeeded();
	await expect(rows(page)).toHaveCount(3);
	expect(await rows(page).allInnerTexts()).toEqual(shown);
	await expect(labels.locator('.badge', { hasText: 'stale' })).toHaveCount(0);

	const jupyter = JSON.parse(await saveAs(page, /^Save for Jupyter/));
	const exported = jupyter.cells.find(({ id }: { id: string }) => id === 'classification-1');
	expect(Object.keys(exported.attachments)).toEqual(['classification-1.png']);

	const html = await saveAs(page, /^Save as a web page/);
	const path = info.outputPath('classified.html');
	await writeFile(path, html);
	await page.goto(`file://${path}`);
	await expect(page.locator('html')).toHaveAttribute('data-viewer', 'live');
	const figure = page.locator('figure[data-cell="classification-1"]');
	await expect(figure.getByRole('table').locator('tbody').getByRole('row')).toHaveCount(3);
	await expect(figure).toContainText('recorded');
	await figure.getByRole('button', { name: 'table' }).click();
	await expect(page.getByRole('dialog')).toContainText('negative');
	expect(html).toContain('%% classification classification-1');
});

test('a checkpoint without a head says so and what to do', async ({ page }) => {
	const weights = await readFile('static/models/gemma3-mini/model.safetensors');
	// A tensor that nobody asks for stands in the place of the head.
	weights.write('spare.weight', weights.indexOf('score.weight'));
	await page.route('**/gemma3-mini/model.safetensors', (route) => {
		const [, start, end] = /bytes=(\d+)-(\d*)/.exec(route.request().headers().range ?? '') ?? [];
		if (start === undefined) return route.fulfill({ body: weights });
		const last = end === '' ? weights.length - 1 : Number(end);
		return route.fulfill({
			status: 206,
			headers: { 'content-range': `bytes ${start}-${last}/${weights.length}` },
			body: weights.subarray(Number(start), last + 1)
		});
	});
	await openNewNotebook(page);
	await addPrompt(page, 'This film is wonderful.');
	await addCell(page, 'Classification');
	await page.getByRole('button', { name: /^Run stale \(/ }).click();
	const labels = cell(page, 'classification-1');
	await expect(labels.getByRole('alert')).toContainText(
		'The checkpoint of gemma3-mini has no classification head (score.weight), from which labels come. Choose',
		{ timeout: 60_000 }
	);
	await expect(cell(page, 'prompt-1').getByText(/^\d+ ms$|^\d+\.\d s$/)).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
	test(`the cell is accessible and fits a narrow page, ${colorScheme}`, async ({ page }) => {
		await page.emulateMedia({ colorScheme });
		await classify(page, 'The film is on Monday.');
		await expect(rows(page).first()).toContainText('neutral');
		const { violations } = await new AxeBuilder({ page })
			.include('[data-cell="classification-1"]')
			.analyze();
		expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
		await page.setViewportSize({ width: 390, height: 844 });
		await expect
			.poll(() => page.evaluate(() => document.documentElement.scrollWidth))
			.toBeLessThanOrEqual(390);
		// No label is broken over lines.
		const { height } = (await rows(page).first().boundingBox())!;
		expect(height).toBeLessThan(32);
	});
}
