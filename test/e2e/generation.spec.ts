import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { openLive, prompt } from '../support/picturePage.js';

const cell = (page: Page) => page.getByRole('region', { name: 'generation' });
const stepper = (page: Page) => page.getByRole('group', { name: 'Stepper' });
const button = (page: Page, name: string) => cell(page).getByRole('button', { name, exact: true });
const strip = (page: Page) => page.getByRole('group', { name: 'Generated tokens' });
const newest = (page: Page) => strip(page).locator('[aria-current=step]');
const branches = (page: Page) => page.getByRole('treeitem');

async function openPlain(page: Page, text: string): Promise<void> {
	await openLive(page);
	await page.getByRole('radio', { name: 'plain text' }).check({ force: true });
	await prompt(page).fill(text);
	await expect(page.getByText('stale', { exact: true })).toBeHidden();
	await expect(button(page, 'Play')).toBeEnabled();
}

test('playing answers the question, and the new tokens are in the pictures', async ({ page }) => {
	await openLive(page);
	await button(page, 'Play').click();
	await expect(stepper(page).getByText('the model ended its turn')).toBeVisible({
		timeout: 30_000
	});
	const made = await strip(page).getByRole('button').allTextContents();
	expect(made.join('')).toContain('Paris');
	await expect(page.getByText(`${made.length} generated`)).toBeVisible({ timeout: 30_000 });
	await expect(page.locator('.token.generated')).toHaveText(made);
	const all = await page.getByRole('toolbar', { name: 'Tokens' }).getByRole('button').count();
	await expect(page.getByRole('grid', { name: /^Attention of layer/ })).toHaveAttribute(
		'aria-rowcount',
		String(all)
	);
});

test('a run is stepped, taken back and scrubbed; the same tokens come again', async ({ page }) => {
	await openLive(page);
	for (let i = 1; i <= 4; i++) {
		await button(page, 'Step').click();
		await expect(strip(page).getByRole('button')).toHaveCount(i);
	}
	const made = await strip(page).getByRole('button').allTextContents();
	await button(page, 'Step back').click();
	await expect(newest(page)).toHaveText(made[2]);
	await cell(page).getByRole('slider', { name: 'Tokens of the branch' }).fill('1');
	await expect(newest(page)).toHaveText(made[0]);
	await expect(cell(page).getByText('3 ahead')).toBeVisible();
	await button(page, 'To the prompt').click();
	await expect(newest(page)).toHaveCount(0);
	await expect(cell(page).getByRole('heading', { name: 'What comes next' })).toBeVisible();
	await button(page, 'To the end of the branch').click();
	await expect(newest(page)).toHaveText(made[3]);
	await button(page, 'run the branch again').click();
	await expect(cell(page).getByText('all 4 tokens the same')).toBeVisible({ timeout: 30_000 });
	await expect(branches(page)).toHaveCount(1);
});

test('another candidate starts a branch beside the first, and both are compared', async ({
	page
}) => {
	await openLive(page);
	await button(page, 'Play').click();
	await expect(stepper(page).getByText('the model ended its turn')).toBeVisible({
		timeout: 30_000
	});
	const { length } = await strip(page).getByRole('button').all();
	await strip(page).getByRole('button').nth(3).click();
	const other = cell(page).getByRole('button', { name: /^Take .* instead$/ });
	await expect(other).toHaveCount(19);
	const name = await other.first().textContent();
	await other.first().click();
	await expect(branches(page)).toHaveCount(2);
	await expect(newest(page)).toHaveText(name!);
	await expect(newest(page)).toHaveAccessibleName(/forced/);
	await button(page, 'Step').click();
	await expect(strip(page).getByRole('button')).toHaveCount(5);
	await button(page, 'Compare with branch 1').click();
	const comparison = page.getByRole('region', { name: 'branch 2 and branch 1 side by side' });
	await expect(comparison.getByText('First difference at token 4')).toBeVisible();
	await expect(comparison.locator('tr.first')).toContainText(name!);
	await branches(page).first().click();
	await expect(strip(page).getByRole('button')).toHaveCount(length);
});

test('text is put in, and the sampler changes what comes next', async ({ page }) => {
	await openLive(page);
	await button(page, 'Show what could come first').click();
	await cell(page).getByRole('textbox', { name: 'Put in a text' }).fill('The i');
	await page.keyboard.press('Enter');
	await expect(strip(page)).toContainText('The');
	await expect(newest(page)).toHaveAccessibleName(/forced/);
	await cell(page).getByText('next token', { exact: true }).click();
	await cell(page)
		.getByRole('checkbox', { name: /draw by chance/ })
		.check();
	await cell(page).getByRole('spinbutton', { name: /top-k/ }).fill('5');
	await cell(page)
		.getByRole('spinbutton', { name: /temperature/ })
		.fill('2');
	await expect(cell(page).getByText('cut by top-k')).toHaveCount(15);
	await cell(page)
		.getByRole('spinbutton', { name: /temperature/ })
		.fill('-1');
	await expect(cell(page).getByRole('spinbutton', { name: /temperature/ })).toHaveAttribute(
		'aria-invalid',
		'true'
	);
	await expect(cell(page).getByText(/sampled · temperature 2 · top-k 5/)).toBeVisible();
});

test('the stepper is worked with the keyboard alone', async ({ page }) => {
	await openPlain(page, 'Once upon a time');
	await cell(page).getByRole('combobox', { name: 'tokens' }).selectOption('4 a second');
	await button(page, 'Play').focus();
	await page.keyboard.press('Space');
	await expect(button(page, 'Pause')).toBeVisible();
	await expect(strip(page).getByRole('button').nth(2)).toBeVisible({ timeout: 20_000 });
	await page.keyboard.press('Space');
	await expect(button(page, 'Play')).toBeVisible();
	const count = await strip(page).getByRole('button').count();
	await page.waitForTimeout(600);
	await expect(strip(page).getByRole('button')).toHaveCount(count);
	await page.keyboard.press('ArrowLeft');
	await page.keyboard.press('ArrowLeft');
	await expect(cell(page).getByText('2 ahead')).toBeVisible();
	await page.keyboard.press('End');
	await page.keyboard.press('ArrowRight');
	await expect(strip(page).getByRole('button')).toHaveCount(count + 1);
	await page.keyboard.press('Home');
	await expect(newest(page)).toHaveCount(0);
	await page.keyboard.press('End');

	const keys = page.getByRole('slider', { name: /^Keys of token/ });
	await keys.focus();
	await page.keyboard.press('Home');
	await page.keyboard.press('ArrowRight');
	await expect(keys).toHaveAttribute('aria-valuetext', /^key 1 .*L5 open/);
	await page.keyboard.press('x');
	await expect(keys).toHaveAttribute('aria-valuetext', /L5 closed: an edit closes key 1/);
	const edits = page.getByRole('list', { name: 'Edits of the masks' });
	await expect(edits).toContainText('key 1');
	await edits.getByRole('button', { name: 'undo' }).click();
	await expect(edits).toBeHidden();
	await expect(keys).toHaveAttribute('aria-valuetext', /L5 open/);

	await cell(page)
		.getByRole('button', { name: /^Take .* instead$/ })
		.first()
		.click();
	await expect(branches(page)).toHaveCount(2);
	await branches(page).nth(1).focus();
	await page.keyboard.press('ArrowUp');
	await expect(branches(page).first()).toBeFocused();
	await page.keyboard.press('c');
	await expect(page.getByRole('region', { name: /side by side/ })).toBeVisible();
	await page.keyboard.press('Enter');
	await expect(branches(page).first()).toHaveAttribute('aria-selected', 'true');
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('Delete');
	await expect(branches(page)).toHaveCount(1);

	await page.keyboard.press('?');
	const dialog = page.getByRole('dialog', { name: 'Keys' });
	for (const meaning of ['in the stepper: play, pause', 'in the branches: go along, show']) {
		await expect(dialog).toContainText(meaning);
	}
});

test('a worker that dies in mid-run leaves every token, and the run goes on', async ({ page }) => {
	await openPlain(page, 'Once upon a time');
	await cell(page).getByRole('combobox', { name: 'tokens' }).selectOption('12 a second');
	await button(page, 'Play').click();
	await expect(strip(page).getByRole('button').nth(4)).toBeVisible({ timeout: 20_000 });
	const worker = page.workers().find((candidate) => candidate.url().includes('inference'))!;
	await worker.evaluate(() => {
		setTimeout(() => {
			throw new Error('the worker was made to fail');
		});
	});
	await expect(cell(page).getByRole('alert')).toContainText(/All \d+ tokens are kept/);
	const kept = await strip(page).getByRole('button').allTextContents();
	expect(kept.length).toBeGreaterThanOrEqual(5);
	await button(page, 'Step back').click();
	await expect(newest(page)).toHaveText(kept.at(-2)!);
	await button(page, 'To the end of the branch').click();
	await expect(button(page, 'Play')).toBeEnabled({ timeout: 60_000 });
	await button(page, 'Step').click();
	await expect(strip(page).getByRole('button')).toHaveCount(kept.length + 1, { timeout: 30_000 });
	const after = await strip(page).getByRole('button').allTextContents();
	expect(after.slice(0, kept.length)).toEqual(kept);
});

test('another tab in front stops nothing, and Stop in the bar keeps what was made', async ({
	page,
	context
}) => {
	await openPlain(page, 'Once upon a time');
	await cell(page).getByRole('combobox', { name: 'tokens' }).selectOption('4 a second');
	await button(page, 'Play').click();
	await expect(strip(page).getByRole('button').first()).toBeVisible({ timeout: 20_000 });
	const other = await context.newPage();
	await other.bringToFront();
	await expect
		.poll(() => strip(page).getByRole('button').count(), { timeout: 20_000 })
		.toBeGreaterThanOrEqual(4);
	await page.bringToFront();
	await page.getByRole('banner').getByRole('button', { name: 'Stop' }).click();
	await expect(button(page, 'Play')).toBeVisible();
	const count = await strip(page).getByRole('button').count();
	expect(count).toBeGreaterThanOrEqual(4);
	await page.waitForTimeout(600);
	await expect(strip(page).getByRole('button')).toHaveCount(count);
});

for (const colorScheme of ['light', 'dark'] as const) {
	test(`axe finds nothing in a generation in the ${colorScheme} theme`, async ({ page }) => {
		await page.emulateMedia({ colorScheme });
		await openLive(page);
		await button(page, 'Step').click();
		await cell(page)
			.getByRole('button', { name: /^Take .* instead$/ })
			.first()
			.click();
		await expect(branches(page)).toHaveCount(2);
		await button(page, 'Compare with branch 1').click();
		await cell(page)
			.getByRole('checkbox', { name: /draw by chance/ })
			.check();
		await expect(cell(page).getByText(/sampled/)).toBeVisible();
		for (const width of [1280, 390]) {
			await page.setViewportSize({ width, height: 900 });
			const { violations } = await new AxeBuilder({ page }).include('main').analyze();
			expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual([]);
			const overflow = () =>
				page.evaluate(
					() => document.documentElement.scrollWidth - document.documentElement.clientWidth
				);
			// Pictures take the new width a frame later.
			await expect.poll(overflow, { message: `at ${width} px` }).toBe(0);
		}
	});
}

test('a run ends at a limit, at a text, and says when a limit is none', async ({ page }) => {
	await openLive(page);
	await button(page, 'Step').click();
	const limit = cell(page).getByLabel(/at most/);
	await limit.fill('2.5');
	await expect(cell(page).getByText('A whole number above 0, or nothing.')).toBeVisible();
	await limit.fill('3');
	await button(page, 'Play').click();
	await expect(stepper(page).getByText('the limit is reached')).toBeVisible({ timeout: 30_000 });
	await expect(strip(page).getByRole('button')).toHaveCount(3);
	await limit.fill('');
	await cell(page)
		.getByLabel(/at the text/)
		.fill('Paris');
	await button(page, 'Play').click();
	await expect(stepper(page).getByText('a stop string came')).toBeVisible({ timeout: 30_000 });
	const made = await strip(page).getByRole('button').allTextContents();
	expect(made.join('')).toMatch(/Paris$/);
});
