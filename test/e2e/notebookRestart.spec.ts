import { expect, test, type Page } from '@playwright/test';
import { addCell, addPrompt, cell, openNewNotebook, runStale } from '../support/notebookPage.js';
import { pixelsOf } from '../support/pixelsOf.js';

/** An error that nobody catches, in the model worker itself: it dies of it. */
async function killWorker(page: Page): Promise<void> {
	const workers = page.workers().filter((worker) => /inference/.test(worker.url()));
	expect(workers).toHaveLength(1);
	await workers[0].evaluate(() => {
		setTimeout(() => {
			throw new Error('out of luck');
		});
	});
}

test('a worker that dies in mid-run leaves all results, its cell says so, and Run goes on', async ({
	page
}) => {
	await openNewNotebook(page);
	await addPrompt(page, 'Repeat: l s i k r');
	await addCell(page, 'Attention');
	await addPrompt(page, 'Tell me a story about a fox.');
	await addCell(page, 'Generation');
	await addPrompt(page, 'What is 14 + 28?');
	const [first, attention] = [cell(page, 'prompt-1'), cell(page, 'attention-1')];
	const generation = cell(page, 'generation-1');
	await first.getByRole('button', { name: 'Run', exact: true }).click();
	await expect(first.getByText('16 tokens')).toBeVisible({ timeout: 60_000 });
	const grid = attention.getByRole('grid', { name: /^Attention/ });
	await expect(grid).toBeVisible();
	const before = await pixelsOf(grid);

	// Nearly every token is as likely as every other: the one that ends the run is seldom drawn.
	const set = async (label: string, value: string) => {
		await generation.getByLabel(label).fill(value);
		await generation.getByLabel(label).blur();
	};
	await generation.getByText(/at most 32 tokens/).click();
	await generation.getByLabel('draw by chance').check();
	await set('most tokens', '900');
	await set('temperature', '100');
	await set('top-k', '0');
	await set('top-p', '1');
	await page.getByRole('button', { name: /^Run stale \(/ }).click();
	await expect(generation.getByText(/^token \d+ of up to 900$/)).toBeVisible({ timeout: 60_000 });
	await killWorker(page);

	const alert = generation.getByRole('alert');
	await expect(alert).toContainText('The model worker stopped: Uncaught Error: out of luck.');
	await expect(alert).toContainText('all results so far are kept');
	await expect(page.getByRole('button', { name: 'Stop' })).toHaveCount(0);
	// What waited was not run, and did not fail either.
	await expect(cell(page, 'prompt-3').getByRole('alert')).toHaveCount(0);
	await expect(cell(page, 'prompt-3').getByText('not run')).toBeVisible();
	// The model comes back, and what was read before is still drawn.
	await expect(page.locator('header .light.ready')).toBeVisible({ timeout: 60_000 });
	await expect(first.getByText('kept', { exact: true })).toBeVisible();
	await expect(cell(page, 'prompt-2').getByText('kept', { exact: true })).toBeVisible();
	await expect(first.getByText('16 tokens')).toBeVisible();
	expect(await pixelsOf(grid)).toBe(before);
	// Another layer was not read: it says what to do, and the one before is at hand.
	await attention.getByRole('radio', { name: 'Layer 5, global' }).click();
	await expect(attention.getByRole('alert')).toContainText(
		'The model no longer holds this run: run it again to see more.'
	);

	await set('most tokens', '3');
	await alert.getByRole('button', { name: 'Run again' }).click();
	await expect(generation.locator('[data-output=generation]')).toContainText('3 tokens', {
		timeout: 60_000
	});
	await expect(alert).toHaveCount(0);
	// The generation went on from its prompt, which was run once more for it.
	await expect(cell(page, 'prompt-2').getByText('kept', { exact: true })).toHaveCount(0);
	await first.getByRole('button', { name: 'Run', exact: true }).click();
	await expect(first.getByText('kept', { exact: true })).toHaveCount(0);
	await expect(grid).toBeVisible();
	await expect(attention.getByRole('alert')).toHaveCount(0);
	await runStale(page);
	await expect(cell(page, 'prompt-3').getByText(/^\d+ ms$/)).toBeVisible();
});
