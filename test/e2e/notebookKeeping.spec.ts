import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { encode } from 'fast-png';
import { startKillableBrowser } from '../support/killableBrowser.js';
import {
	addCell,
	addPrompt,
	cell,
	documentText,
	openNewNotebook,
	waitForSaved
} from '../support/notebookPage.js';

test('a second tab reads along, takes over, and neither overwrites the other', async ({
	page: first,
	context
}) => {
	await openNewNotebook(first);
	await addPrompt(first, 'one');
	await waitForSaved(first);
	const second = await context.newPage();
	await second.goto(first.url());
	const turn = (page: typeof first) => page.getByLabel('Turn 1 of prompt-1', { exact: true });
	await expect(second.getByText('Another tab edits this notebook.')).toBeVisible();
	await expect(second.getByText('read only')).toBeVisible();
	await expect(turn(second)).toHaveAttribute('readonly');
	await turn(first).fill('one and two');
	await expect(turn(second)).toHaveValue('one and two');
	await turn(first).fill('typed just before the other takes over');
	await second.getByRole('button', { name: 'Take over' }).click();
	await expect(turn(second)).not.toHaveAttribute('readonly');
	await expect(turn(second)).toHaveValue('typed just before the other takes over');
	await expect(first.getByText('Another tab edits this notebook.')).toBeVisible();
	await turn(second).fill('from the second');
	await expect(turn(first)).toHaveValue('from the second');
	// The one that writes is closed: the other may write again.
	await waitForSaved(second);
	await second.close();
	await expect(turn(first)).not.toHaveAttribute('readonly');
	await turn(first).fill('from the first again');
	await waitForSaved(first);
});

test('where a browser has no locks, a notebook changed twice is kept twice', async ({
	page: first,
	context
}) => {
	await context.addInitScript(() => {
		Object.defineProperty(navigator, 'locks', { value: undefined });
	});
	await openNewNotebook(first);
	await first.getByLabel('Title of the notebook').fill('Twice');
	await addPrompt(first, 'common');
	await waitForSaved(first);
	const second = await context.newPage();
	await second.goto(first.url());
	const turn = (page: typeof first) => page.getByLabel('Turn 1 of prompt-1', { exact: true });
	await turn(second).fill('from the second');
	await waitForSaved(second);
	await turn(first).fill('from the first');
	const notice = first.getByText('This notebook was changed elsewhere');
	await expect(notice).toBeVisible();
	await expect(turn(first)).toHaveValue('from the second');
	await first.getByRole('button', { name: 'Open the copy' }).click();
	await expect(first.getByLabel('Title of the notebook')).toHaveValue('Twice (copy)');
	await expect(turn(first)).toHaveValue('from the first');
});

test('a browser that is killed in mid-edit has lost nothing older than a second', async ({
	baseURL
}) => {
	const profile = await mkdtemp(join(tmpdir(), 'gemma-loupe-profile-'));
	try {
		const before = await startKillableBrowser(profile);
		await before.page.goto(`${baseURL}/notebook`);
		await before.page.getByRole('button', { name: 'New notebook' }).click();
		await addCell(before.page, 'Prose');
		await before.page.keyboard.type('Typed over a second ago.');
		await before.page.waitForTimeout(1000);
		await before.page.keyboard.type(' And on');
		const url = before.page.url();
		await before.kill();

		const after = await startKillableBrowser(profile);
		await after.page.goto(url);
		await expect(after.page.locator('.prose')).toContainText('Typed over a second ago.');
		await expect(after.page.getByText('read only')).toHaveCount(0);
		await after.kill();
	} finally {
		await rm(profile, { recursive: true, force: true, maxRetries: 5 });
	}
});

test('a full disk loses nothing: it is said, offered as a file, and saved once there is room', async ({
	page,
	context,
	baseURL
}) => {
	const session = await context.newCDPSession(page);
	const origin = new URL(baseURL!).origin;
	// Before anything is kept: Chromium remembers for a while how much room there was.
	await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 2e6 });
	await openNewNotebook(page);
	await addPrompt(page, 'kept before');
	await waitForSaved(page);
	const side = 1200;
	const noise = crypto.getRandomValues.bind(crypto);
	const data = new Uint8Array(side * side * 3);
	for (let i = 0; i < data.length; i += 65_536) noise(data.subarray(i, i + 65_536));
	const picture = encode({ width: side, height: side, data, channels: 3, depth: 8 });
	await page.getByLabel('Add a picture to prompt-1').setInputFiles({
		name: 'noise.png',
		mimeType: 'image/png',
		buffer: Buffer.from(picture)
	});
	const alert = page.getByText(/Not saved: The browser gives this page no more room/);
	await expect(alert).toBeVisible();
	await expect(page.getByText('not saved', { exact: true })).toBeVisible();
	const download = page.waitForEvent('download');
	await page.getByRole('button', { name: 'Download it' }).click();
	expect((await download).suggestedFilename()).toBe('notebook.loupe.txt');
	await expect(page.getByRole('img', { name: 'noise.png' })).toBeVisible();

	await session.send('Storage.overrideQuotaForOrigin', { origin });
	await page.getByRole('button', { name: 'Try again' }).click();
	await expect(alert).toBeHidden();
	await waitForSaved(page);
	const text = await documentText(page);
	await page.reload();
	await expect(page.getByRole('img', { name: 'noise.png' })).toBeVisible();
	expect(await documentText(page)).toBe(text);
});

test('notebooks are renamed, duplicated, deleted and brought back', async ({ page }) => {
	await openNewNotebook(page);
	await page.getByLabel('Title of the notebook').fill('Mine');
	await waitForSaved(page);
	await page.getByRole('link', { name: 'Notebooks' }).click();
	const link = (name: string) => page.getByRole('link', { name, exact: true });
	const act = async (title: string, action: string) => {
		await page
			.getByText('⋯')
			.and(page.getByLabel(`Actions for ${title}`, { exact: true }))
			.click();
		await page.getByRole('button', { name: action, exact: true }).click();
	};
	await expect(link('Mine')).toBeVisible();
	await act('Mine', 'Rename');
	await page.getByLabel('Title', { exact: true }).fill('Ours');
	await page.keyboard.press('Enter');
	await expect(link('Ours')).toBeVisible();
	await act('Ours', 'Duplicate');
	await expect(link('Ours (copy)')).toBeVisible();
	await act('Ours', 'Delete');
	await expect(link('Ours')).toHaveCount(0);
	await page.getByRole('button', { name: 'Undo' }).click();
	await expect(link('Ours')).toBeVisible();
	await act('Ours (copy)', 'Delete');
	await expect(link('Ours (copy)')).toHaveCount(0);
	await page.reload();
	await page.getByText('1 deleted, kept for 30 days').click();
	await page.getByRole('button', { name: 'Bring back' }).click();
	await link('Ours (copy)').click();
	await expect(page.getByLabel('Title of the notebook')).toHaveValue('Ours (copy)');
	await expect(cell(page, 'prompt-1')).toHaveCount(0);
});
