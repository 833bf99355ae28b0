import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import {
	addCell,
	addPrompt,
	cell,
	documentText,
	openNewNotebook,
	runStale,
	waitForSaved
} from '../support/notebookPage.js';

test('a notebook with a cell of every kind runs, and is the same after a reload', async ({
	page
}) => {
	await openNewNotebook(page);
	await page.getByLabel('Title of the notebook').fill('Everything');
	await addCell(page, 'Prose');
	await expect(page.getByRole('textbox', { name: /^Text of prose-1/ })).toBeFocused();
	await page.keyboard.type('# Shapes\nWeights add up to $1$.');
	await page.keyboard.press('Escape');
	await expect(page.locator('.prose math')).toHaveCount(1);
	await addPrompt(page, 'Describe this image briefly.');
	await page
		.getByLabel('Add a picture to prompt-1')
		.setInputFiles('static/examples/three-shapes.png');
	await expect(page.getByRole('img', { name: 'three-shapes.png' })).toBeVisible();
	for (const title of ['Generation', 'Classification', 'Tokens', 'Mask', 'Sliding window']) {
		await addCell(page, title);
	}
	for (const title of ['Pan & scan', 'Attention', 'Image attention', 'Hidden states']) {
		await addCell(page, title);
	}
	for (const title of ['Logit lens', 'Comparison', 'Configuration']) await addCell(page, title);
	await cell(page, 'comparison-1')
		.getByRole('combobox', { name: 'with' })
		.selectOption('generation-1');
	await addPrompt(page, 'What is 14 + 28?');

	await page.getByRole('button', { name: /^Run stale \(/ }).click();
	await expect(cell(page, 'prompt-2').getByText(/^\d+ ms$|^\d+\.\d s$/)).toBeVisible({
		timeout: 90_000
	});
	await expect(cell(page, 'generation-1').locator('[data-output=generation]')).toContainText(
		'circle'
	);
	const labels = cell(page, 'classification-1').getByRole('table').locator('tbody');
	await expect(labels.getByRole('row')).toHaveCount(3);
	for (const kind of ['tokens', 'mask', 'slidingWindow', 'panAndScan', 'attention']) {
		await cell(page, `${kind}-1`).scrollIntoViewIfNeeded();
		await expect(cell(page, `${kind}-1`).locator('canvas, figure, svg').first()).toBeVisible();
	}
	for (const kind of ['imageAttention', 'hiddenStates', 'logitLens', 'comparison']) {
		await cell(page, `${kind}-1`).scrollIntoViewIfNeeded();
		await expect(cell(page, `${kind}-1`).locator('canvas, figure, svg').first()).toBeVisible();
		await expect(cell(page, `${kind}-1`).getByRole('alert')).toHaveCount(0);
	}
	await waitForSaved(page);
	const before = await documentText(page);
	expect(before).toContain('%% prose prose-1');
	await page.reload();
	await expect(cell(page, 'configuration-1')).toBeVisible();
	await expect(page.getByLabel('Title of the notebook')).toHaveValue('Everything');
	expect(await documentText(page)).toBe(before);
});

test('undo and redo go over the whole document, from editors too', async ({ page }) => {
	await openNewNotebook(page);
	await addCell(page, 'Prose');
	await expect(page.getByRole('textbox', { name: /^Text of prose-1/ })).toBeFocused();
	await page.keyboard.type('first');
	await page.keyboard.press('Control+z');
	await expect(page.locator('.cm-content')).toHaveText('');
	await page.keyboard.press('Control+Shift+Z');
	await expect(page.locator('.cm-content')).toHaveText('first');
	await page.keyboard.press('Escape');
	await addPrompt(page, 'Repeat: a b');
	await page.keyboard.press('Escape');
	await page.keyboard.press('d');
	await page.keyboard.press('d');
	await expect(cell(page, 'prompt-1')).toHaveCount(0);
	await page.keyboard.press('z');
	await expect(page.getByLabel('Turn 1 of prompt-1', { exact: true })).toHaveValue('Repeat: a b');
	for (let i = 0; i < 5; i++)
		await page.getByRole('button', { name: 'Undo' }).click({ force: true });
	await expect(page.getByText('An empty page.')).toBeVisible();
	await expect(page.getByRole('button', { name: 'Undo' })).toBeDisabled();
	for (let i = 0; i < 5; i++)
		await page.getByRole('button', { name: 'Redo' }).click({ force: true });
	await expect(page.getByRole('button', { name: 'Redo' })).toBeDisabled();
	await expect(page.locator('#cells [data-cell]')).toHaveCount(1);
	await expect(page.locator('.prose')).toHaveText('first');
});

test("Jupyter's keys work the cells", async ({ page }) => {
	await openNewNotebook(page);
	await addPrompt(page, 'Repeat: l s i k r');
	await page.keyboard.press('Control+Enter');
	await expect(cell(page, 'prompt-1')).toBeFocused();
	await expect(cell(page, 'prompt-1').getByText('16 tokens')).toBeVisible({ timeout: 60_000 });
	// Below, then above: the menu takes the keyboard, its first entry is prose.
	await page.keyboard.press('b');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('textbox', { name: /^Text of prose-1/ })).toBeFocused();
	await page.keyboard.type('below');
	await page.keyboard.press('Escape');
	await expect(cell(page, 'prose-1')).toBeFocused();
	await page.keyboard.press('ArrowUp');
	await expect(cell(page, 'prompt-1')).toBeFocused();
	await page.keyboard.press('a');
	await page.keyboard.press('Enter');
	await page.keyboard.type('above');
	await page.keyboard.press('Shift+Enter');
	await expect(cell(page, 'prompt-1')).toBeFocused();
	const ids = () =>
		page.locator('#cells [data-cell]').evaluateAll((all) => all.map((one) => one.dataset.cell));
	expect(await ids()).toEqual(['prose-2', 'prompt-1', 'prose-1']);
	await page.keyboard.press('j');
	await page.keyboard.press('Alt+ArrowUp');
	expect(await ids()).toEqual(['prose-2', 'prose-1', 'prompt-1']);
	await expect(cell(page, 'prose-1')).toBeFocused();
	await page.keyboard.press('c');
	expect(await ids()).toEqual(['prose-2', 'prose-1', 'prose-3', 'prompt-1']);
	await page.keyboard.press('d');
	await page.keyboard.press('d');
	expect(await ids()).toEqual(['prose-2', 'prose-1', 'prompt-1']);
	await page.keyboard.press('k');
	await page.keyboard.press('o');
	await expect(page.getByRole('button', { name: 'Unfold' })).toHaveCount(1);
	await page.keyboard.press('z');
	await expect(page.getByRole('button', { name: 'Unfold' })).toHaveCount(0);
	await page.keyboard.press('Enter');
	await expect(page.locator('.cm-content')).toBeFocused();
	await page.keyboard.press('Escape');
	await page.keyboard.press('?');
	await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
	await page.keyboard.press('Escape');
	await page.keyboard.press('End');
	await page.keyboard.press('Enter');
	await expect(page.getByLabel('Turn 1 of prompt-1', { exact: true })).toBeFocused();
});

test('an edit makes results stale, and its undo fresh again; views follow their source', async ({
	page
}) => {
	await openNewNotebook(page);
	await addPrompt(page, 'Repeat: l s i k r');
	await addCell(page, 'Tokens');
	await runStale(page);
	const stale = page.getByText('stale', { exact: true });
	await expect(stale).toHaveCount(0);
	await page.getByLabel('Turn 1 of prompt-1', { exact: true }).fill('Repeat: a');
	await expect(stale).toHaveCount(2);
	await page.getByRole('button', { name: 'Undo' }).click();
	await expect(stale).toHaveCount(0);
	await page.getByRole('button', { name: 'Redo' }).click();
	await runStale(page);
	await expect(stale).toHaveCount(0);
	await expect(cell(page, 'tokens-1')).toContainText('12 tokens');
	// A source that is gone leaves its reader without one, which it says.
	await cell(page, 'prompt-1').focus();
	await page.keyboard.press('d');
	await page.keyboard.press('d');
	await expect(cell(page, 'tokens-1').getByText('no source')).toBeVisible();
});

test('a generation counts its tokens, stops, and keeps what came', async ({ page }) => {
	await openNewNotebook(page);
	await addPrompt(page, 'Tell me a story about a fox.');
	await addCell(page, 'Generation');
	const generation = cell(page, 'generation-1');
	await runStale(page);
	// Nearly every token is as likely as every other: the one that ends the run is seldom drawn.
	await generation.getByText(/at most 32 tokens/).click();
	await generation.getByLabel('draw by chance').check();
	for (const [label, value] of [
		['most tokens', '900'],
		['temperature', '100'],
		['top-k', '0'],
		['top-p', '1']
	]) {
		await generation.getByLabel(label).fill(value);
		await generation.getByLabel(label).blur();
	}
	await generation.getByRole('button', { name: 'Run', exact: true }).click();
	await expect(generation.getByText(/^token \d+ of up to 900$/)).toBeVisible({ timeout: 60_000 });
	await generation.getByRole('button', { name: 'Stop' }).click();
	await expect(generation.getByText(/^Stopped after \d+ tokens?\.$/)).toBeVisible({
		timeout: 30_000
	});
	await expect(generation.getByText('stale', { exact: true })).toBeVisible();
});

test('a result is recorded with its size and error, shown without a model, and replaced by Run', async ({
	page
}) => {
	await openNewNotebook(page);
	await addPrompt(page, 'Repeat: l s i k r');
	await addCell(page, 'Attention');
	await runStale(page);
	const prompt = cell(page, 'prompt-1');
	await prompt.hover();
	await prompt.getByText('⋯').click();
	await prompt.getByRole('button', { name: 'Record the result…' }).click();
	const dialog = page.getByRole('dialog', { name: 'Record prompt-1' });
	await expect(dialog.getByText('a weight is off by at most')).toBeVisible();
	const exact = await dialog.getByRole('button', { name: /^Record \d/ }).textContent();
	await dialog.getByLabel('fp32, as computed').check();
	await expect(dialog.getByText('none', { exact: true })).toBeVisible();
	await dialog.getByRole('radio', { name: 'the largest' }).check();
	await dialog.getByLabel('Weights of each row').fill('4');
	await dialog.getByLabel('Weights of each row').blur();
	await expect(dialog.getByText(/a row loses at most 0\.\d+ of 1/)).toBeVisible();
	await expect(dialog.getByRole('button', { name: /^Record \d/ })).not.toHaveText(exact!);
	await dialog.getByLabel('every weight').check();
	await dialog.getByRole('button', { name: /^Record \d/ }).click();
	await expect(dialog).toBeHidden();
	await waitForSaved(page);

	await page.route('**/model.safetensors', () => {});
	await page.reload();
	await expect(prompt.getByText('recorded', { exact: true })).toBeVisible();
	await expect(cell(page, 'attention-1').getByRole('grid', { name: /^Attention/ })).toBeVisible();
	await page.unroute('**/model.safetensors');
	await page.reload();
	await expect(prompt.getByText('recorded', { exact: true })).toBeVisible();
	await prompt.getByRole('button', { name: 'Run', exact: true }).click();
	await expect(prompt.getByText('recorded', { exact: true })).toBeHidden({ timeout: 60_000 });
	await expect(prompt.getByText(/^\d+ ms$/)).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
	test(`axe finds nothing in the ${colorScheme} theme, wide and narrow, and nothing is too wide`, async ({
		page
	}) => {
		await page.emulateMedia({ colorScheme });
		await page.goto('/notebook');
		await expect(page.getByRole('heading', { name: 'To start from' })).toBeVisible();
		const check = async () => {
			for (const width of [1280, 390]) {
				await page.setViewportSize({ width, height: 900 });
				const { violations } = await new AxeBuilder({ page }).analyze();
				expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual([]);
				const overflow = () =>
					page.evaluate(
						() => document.documentElement.scrollWidth - document.documentElement.clientWidth
					);
				await expect.poll(overflow, { message: `at ${width} px` }).toBe(0);
			}
		};
		await check();
		await page.getByRole('link', { name: 'Where does it look?' }).click();
		await expect(page.locator('#cells [data-cell]').first()).toBeVisible();
		await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
		await expect(page.locator('.far')).toHaveCount(0);
		await check();
	});
}

test('selecting another cell moves nothing, so that a click below the selected one does not miss', async ({
	page
}) => {
	await openNewNotebook(page);
	await addPrompt(page, 'Repeat: a');
	await addCell(page, 'Tokens');
	await addCell(page, 'Configuration');
	await cell(page, 'tokens-1').focus();
	await expect(page.getByLabel('Caption of tokens-1')).toBeVisible();
	const top = () =>
		cell(page, 'configuration-1').evaluate((one) => one.getBoundingClientRect().top + scrollY);
	const before = await top();
	await cell(page, 'prompt-1').focus();
	await expect(page.getByLabel('Caption of tokens-1')).toHaveCount(0);
	expect(await top()).toBe(before);
	await cell(page, 'tokens-1').focus();
	await page.getByLabel('Caption of tokens-1').fill('What was read.');
	await expect(page.getByLabel('Caption of tokens-1')).toBeFocused();
	await cell(page, 'prompt-1').focus();
	await expect(page.getByLabel('Caption of tokens-1')).toHaveValue('What was read.');
});
