import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { cell, runStale } from '../support/notebookPage.js';

const bundled = JSON.parse(readFileSync('static/notebooks/index.json', 'utf8')) as {
	readonly title: string;
}[];

/** Brings every cell near once, so that each draws what it has. */
async function walk(page: Page): Promise<void> {
	for (const one of await page.locator('[data-cell]').all()) await one.scrollIntoViewIfNeeded();
}

for (const { title } of bundled) {
	test(`“${title}” opens from the list with all of its recorded pictures`, async ({ page }) => {
		const problems: string[] = [];
		page.on('pageerror', ({ message }) => problems.push(message));
		page.on('console', (entry) => {
			if (entry.type() === 'error') problems.push(entry.text());
		});
		await page.goto('/notebook');
		await page
			.getByRole('link', { name: title })
			.or(page.getByRole('button', { name: title }))
			.click();
		await expect(page.locator('[data-cell]').first()).toBeVisible();
		await walk(page);
		await expect(page.getByText('recorded', { exact: true }).first()).toBeVisible();
		await expect(page.getByRole('alert')).toHaveCount(0);
		// What a cell says that has nothing to draw, or a recording that lacks something.
		await expect(page.getByText(/^(Run this|Run \w+ first|Choose a prompt)/)).toHaveCount(0);
		await expect(page.getByText(/this recording holds/)).toHaveCount(0);
		await expect(page.getByRole('button', { name: 'Run stale', exact: true })).toBeDisabled();
		const { violations } = await new AxeBuilder({ page }).analyze();
		expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual([]);
		expect(problems).toEqual([]);
	});
}

test('a changed sampling makes the story stale; run again, its words are whole', async ({
	page
}) => {
	await page.goto('/notebook#bundled=step-by-step');
	const hot = cell(page, 'hot');
	await hot.scrollIntoViewIfNeeded();
	await expect(hot).toContainText('ThereCalculateav');
	await hot.getByText('sampled · temperature 2').click();
	const minP = hot.getByRole('spinbutton', { name: /^min-p/ });
	await minP.fill('2');
	await minP.press('Enter');
	await expect(minP).toHaveAttribute('aria-invalid', 'true');
	await minP.fill('0.1');
	await minP.press('Enter');
	await runStale(page);
	await expect(hot).not.toContainText('ThereCalculateav');
	await expect(hot.getByText(/^(Once|There) [A-Za-z .]+\.$/)).toBeVisible();
	await expect(hot.getByText('recorded', { exact: true })).toHaveCount(0);
});

test('undone mask edits bring the hat back', async ({ page }) => {
	await page.goto('/notebook#bundled=local-and-global-layers');
	const closed = cell(page, 'closed');
	await closed.scrollIntoViewIfNeeded();
	await expect(closed.getByRole('listitem').filter({ hasText: '␣lamp' }).first()).toBeVisible();
	await closed.getByText('mask rule 5.17 · 2 mask edits').click();
	await closed.getByRole('button', { name: 'undo these edits' }).click();
	await runStale(page);
	await expect(
		closed.getByRole('listitem').filter({ hasText: '␣hat' }).filter({ hasText: '>0.9999' })
	).toBeVisible();
});
