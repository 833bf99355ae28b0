import { readFile } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';

/** Opens a new notebook from the list. */
export async function openNewNotebook(page: Page): Promise<void> {
	await page.goto('/notebook');
	await page.getByRole('button', { name: 'New notebook' }).click();
	await expect(page.getByText('An empty page.')).toBeVisible();
}

export const cell = (page: Page, id: string) => page.locator(`[data-cell="${id}"]`);

/** Adds a cell of a kind, by its title in the menu, below all others. */
export async function addCell(page: Page, title: string): Promise<void> {
	const add = page.getByRole('button', { name: 'Add a cell', exact: true });
	if (await add.isVisible()) await add.click();
	const menu = page.getByRole('group', { name: 'New cell' });
	await menu.getByRole('button', { name: new RegExp(`^${title} `) }).click();
}

/** Adds a prompt cell with one user turn. */
export async function addPrompt(page: Page, text: string): Promise<void> {
	await addCell(page, 'Prompt');
	await page.keyboard.type(text);
}

/** Waits until all that was typed is kept. */
export async function waitForSaved(page: Page): Promise<void> {
	await expect(page.locator('main header').getByText('saved', { exact: true })).toBeVisible();
}

/** Runs what is stale, and waits until nothing is. */
export async function runStale(page: Page): Promise<void> {
	await page.getByRole('button', { name: /^Run stale \(/ }).click();
	await expect(page.getByRole('button', { name: 'Run stale', exact: true })).toBeVisible({
		timeout: 90_000
	});
}

/** Text of a file that an entry of the share menu offers. */
export async function saveAs(page: Page, entry: RegExp): Promise<string> {
	await page.locator('summary', { hasText: 'Share' }).click();
	const download = page.waitForEvent('download', { timeout: 90_000 });
	await page.getByRole('button', { name: entry }).click();
	return readFile(await (await download).path(), 'utf8');
}

/** The open document as its text file. */
export const documentText = (page: Page) => saveAs(page, /^Save as text/);
