import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { pixelsOf } from '../support/pixelsOf.js';

/** The page with the model ready and its own result in place of the recorded one. */
async function openLive(page: Page): Promise<void> {
	await page.goto('/');
	await expect(page.locator('header .light.ready')).toBeVisible({ timeout: 60_000 });
	await expect(page.getByText('recorded', { exact: true })).toBeHidden({ timeout: 30_000 });
}

const attention = (page: Page) => page.getByRole('grid', { name: /^Attention of layer/ });
const mask = (page: Page) => page.getByRole('grid', { name: /^Mask of layer/ });

test('a recorded result is there before the model', async ({ page }) => {
	await page.route('**/model.safetensors', () => {});
	await page.goto('/');
	await expect(page.getByText('recorded', { exact: true })).toBeVisible();
	await expect(attention(page)).toBeVisible();
	await expect(page.getByRole('button', { name: /^Run/ })).toBeDisabled();
	await expect(page.getByRole('progressbar', { name: 'Loading the model' })).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
	test(`axe finds nothing in the ${colorScheme} theme, wide and narrow`, async ({ page }) => {
		await page.emulateMedia({ colorScheme });
		await openLive(page);
		for (const width of [1280, 390]) {
			await page.setViewportSize({ width, height: 900 });
			const { violations } = await new AxeBuilder({ page }).analyze();
			expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual([]);
		}
	});
}

test('nothing is wider than the page from 390 to 1,600 pixels', async ({ page }) => {
	await openLive(page);
	for (const width of [390, 600, 719, 720, 979, 980, 1099, 1100, 1280, 1600]) {
		await page.setViewportSize({ width, height: 900 });
		const overflow = () =>
			page.evaluate(
				() => document.documentElement.scrollWidth - document.documentElement.clientWidth
			);
		// Pictures take the new width a frame later.
		await expect.poll(overflow, { message: `at ${width} px` }).toBe(0);
	}
});

test('an edited prompt dims the old picture and draws a new one', async ({ page }) => {
	await openLive(page);
	const before = await pixelsOf(attention(page));
	await page.getByRole('textbox', { name: 'Prompt' }).fill('What is 14 + 28?');
	await expect(page.getByText('stale', { exact: true })).toBeVisible();
	await expect(page.getByText('stale', { exact: true })).toBeHidden();
	await expect.poll(() => pixelsOf(attention(page))).not.toBe(before);
});

test('the page is worked with the keyboard alone', async ({ page }) => {
	await openLive(page);
	await page.keyboard.press('Tab');
	await expect(page.getByRole('link', { name: 'Skip to the pictures' })).toBeFocused();
	await page.keyboard.press('Enter');
	await page.keyboard.press('Tab');
	await expect(mask(page)).toBeFocused();
	const last = Number(await mask(page).getAttribute('aria-rowcount')) - 1;
	await page.keyboard.press('End');
	await page.keyboard.press('ArrowUp');
	await page.keyboard.press('Enter');
	const cell = `row ${last - 1}, column ${last}`;
	await expect(page.getByRole('figure').getByText(`${cell}: closed. Key ${last}`)).toBeVisible();
	await page.keyboard.press('Escape');
	await expect(page.getByText(cell)).toHaveCount(0);

	const before = await pixelsOf(attention(page));
	await page.keyboard.press(']');
	await expect(page.getByRole('radio', { name: 'Layer 6, local' })).toBeChecked();
	await expect.poll(() => pixelsOf(attention(page))).not.toBe(before);

	await page.keyboard.press('Shift+Tab');
	await page.getByRole('radio', { name: 'Layer 6, local' }).focus();
	await page.keyboard.press('End');
	await expect(page.getByRole('radio', { name: 'Layer 11, global' })).toBeFocused();
	await expect(mask(page)).toHaveAccessibleName(/layer 11, global/);

	await page.keyboard.press('?');
	await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
	await page.keyboard.press('Escape');
	await expect(page.getByRole('dialog', { name: 'Keys' })).toBeHidden();
});

test('a table and a CSV file hold the numbers of the picture', async ({ page }) => {
	await openLive(page);
	const other = page.getByRole('group', { name: /^Attention .* other forms/ });
	await other.getByRole('button', { name: 'table' }).click();
	const dialog = page.getByRole('dialog', { name: /^Attention/ });
	const rows = Number(await attention(page).getAttribute('aria-rowcount'));
	await expect(dialog.getByRole('row')).toHaveCount(rows + 1);
	await page.keyboard.press('Escape');
	for (const [button, ending] of [
		['SVG', '.svg'],
		['PNG', '.png'],
		['CSV', '.csv']
	]) {
		const [file] = await Promise.all([
			page.waitForEvent('download'),
			other.getByRole('button', { name: button }).click()
		]);
		expect(file.suggestedFilename()).toBe(`attention-L5-H0${ending}`);
	}
});

test('a model that cannot be fetched is said in words, and loading again works', async ({
	page
}) => {
	await page.route('**/model.safetensors', (route) => route.abort());
	await page.goto('/');
	const alert = page.getByRole('alert');
	await expect(alert).toContainText('model.safetensors', { timeout: 30_000 });
	await page.unroute('**/model.safetensors');
	await alert.getByRole('button', { name: 'Load again' }).click();
	await expect(page.locator('header .light.ready')).toBeVisible({ timeout: 60_000 });
	await expect(alert).toBeHidden();
	await expect(page.getByText('recorded', { exact: true })).toBeHidden();
});

test('a worker that cannot start is tried again, then given up with advice', async ({ page }) => {
	await page.route('**/inference.worker*', (route) => route.abort());
	await page.goto('/');
	await expect(page.getByRole('alert')).toContainText('Reload the page', { timeout: 30_000 });
	await expect(attention(page)).toBeVisible();
});

test('a prompt longer than the context is refused in words, and the page goes on', async ({
	page
}) => {
	await openLive(page);
	const prompt = page.getByRole('textbox', { name: 'Prompt' });
	await prompt.fill('one two three four '.repeat(400));
	await expect(page.getByRole('alert')).toContainText('Shorten the prompt', { timeout: 30_000 });
	await prompt.fill('What is 14 + 28?');
	await expect(page.getByRole('alert')).toBeHidden();
	await expect(page.getByText('stale', { exact: true })).toBeHidden();
});
