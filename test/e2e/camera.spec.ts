import { expect, test } from '@playwright/test';
import { chromiumArgs, findChromium } from '../support/chromium.js';
import { expectSoftTokens, openLive } from '../support/picturePage.js';

test.use({
	launchOptions: {
		executablePath: findChromium(),
		args: [...chromiumArgs, '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']
	},
	permissions: ['camera']
});

test('a still from the camera becomes a picture of the prompt', async ({ page }) => {
	await openLive(page);
	await page.getByRole('button', { name: 'Camera' }).click();
	const dialog = page.getByRole('dialog', { name: 'Camera' });
	await expect(dialog.getByText(/\d+ × \d+; the picture stays in this page/)).toBeVisible();
	await dialog.getByRole('button', { name: 'Take picture' }).click();
	await expect(dialog).toBeHidden();
	await expect(page.getByRole('listitem').filter({ hasText: 'camera.png' })).toBeVisible();
	await expectSoftTokens(page, 16);
});
