import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import {
	dropFile,
	expectSoftTokens,
	openLive as openFirst,
	prompt,
	sample
} from '../support/picturePage.js';

const views = ['window', 'heads', 'attention', 'lines', 'states', 'lens', 'masks', 'pair'] as const;

/** The inspection page with the model's own result in place of the recorded one. */
async function openLive(page: Page, fragment = ''): Promise<void> {
	await page.goto(`/inspect${fragment}`);
	await expect(page.getByText('computed here on')).toBeVisible({ timeout: 90_000 });
}

const tab = (page: Page, name: string) => page.getByRole('tab', { name: new RegExp(`^${name}`) });
const hash = (page: Page) => page.evaluate(() => location.hash);

async function settle(page: Page): Promise<void> {
	await expect(page.locator('#view [role="status"]').getByText('…')).toHaveCount(0, {
		timeout: 30_000
	});
	await expect(page.locator('#view figure').first()).toBeVisible();
}

test('leads from the first page and back without losing the run', async ({ page }) => {
	await page.goto('/');
	await page.getByRole('link', { name: 'Inspect' }).click();
	await expect(page.getByText('computed here on')).toBeVisible({ timeout: 90_000 });
	await page.getByRole('link', { name: /Prompt and first pictures/ }).click();
	await expect(page.locator('[data-trace="live"]')).toBeVisible();
	await page.keyboard.press('i');
	await expect(page.getByText('computed here on')).toBeVisible({ timeout: 5000 });
});

for (const { colorScheme, width } of [
	{ colorScheme: 'light', width: 1280 },
	{ colorScheme: 'dark', width: 390 }
] as const) {
	test(`axe finds nothing in any view, ${colorScheme} theme at ${width} px`, async ({ page }) => {
		test.setTimeout(300_000);
		await page.emulateMedia({ colorScheme });
		await page.setViewportSize({ width, height: 900 });
		await openLive(page, '#layer=5&head=1&query=12&key=5');
		for (const view of views) {
			await page.keyboard.press(String(views.indexOf(view) + 1));
			await settle(page);
			const { violations } = await new AxeBuilder({ page }).analyze();
			const found = violations.map(({ id, nodes }) => `${view}: ${id}: ${nodes[0].html}`);
			expect(found).toEqual([]);
		}
	});
}

test('nothing is wider than the page in any view', async ({ page }) => {
	await openLive(page, '#layer=5&head=1&query=12&key=5');
	for (const view of views) {
		await page.keyboard.press(String(views.indexOf(view) + 1));
		await settle(page);
		for (const width of [390, 720, 1280]) {
			await page.setViewportSize({ width, height: 900 });
			const overflow = await page.evaluate(
				() => document.documentElement.scrollWidth - document.documentElement.clientWidth
			);
			expect(overflow, `${view} at ${width} px`).toBe(0);
		}
		// Pictures take their width a frame after a resize: until then they must not push the page.
		const early = await page.evaluate(() => {
			const main = document.querySelector('main')!;
			main.style.width = '350px';
			const wider = main.scrollWidth - main.clientWidth;
			main.style.width = '';
			return wider;
		});
		expect(early, `${view}, just made narrow`).toBe(0);
	}
});

test('a link reopens exactly this view', async ({ page }) => {
	await openLive(
		page,
		'#view=attention&layer=11&head=3&query=9&key=4&set.scale=log&set.sink=hidden'
	);
	await expect(tab(page, 'Attention')).toHaveAttribute('aria-selected', 'true');
	await expect(page.getByRole('radio', { name: 'Layer 11, global' })).toBeChecked();
	await expect(page.getByRole('radio', { name: 'Head 3' })).toBeChecked();
	await expect(page.getByLabel('scale')).toHaveValue('log');
	await expect(page.getByLabel(/hide <bos>/)).toBeChecked();
	await expect(page.getByText(/from row 9/)).toBeVisible();
	await page.getByRole('radio', { name: 'Head 2' }).click();
	await expect.poll(() => hash(page)).toContain('head=2');
	expect(await hash(page)).toContain('set.scale=log');
});

test('a link carries a prompt of its own, which is run', async ({ page }) => {
	await openLive(page, '#view=lens&kind=chat&prompt=Repeat%3A+a+b+a');
	await expect(page.getByRole('listbox', { name: /^Tokens/ })).toContainText('Repeat');
	await expect.poll(() => hash(page)).toContain('prompt=Repeat');
});

test('every grid is worked by arrows, and locks by Enter', async ({ page }) => {
	await openLive(page, '#view=attention&layer=5&head=0');
	const matrix = page.getByRole('grid', { name: /^Attention, L5/ });
	const rows = Number(await matrix.getAttribute('aria-rowcount'));
	await matrix.focus();
	await page.keyboard.press('Home');
	await page.keyboard.press('ArrowUp');
	const cell = matrix.getByRole('gridcell');
	await expect(cell).toContainText(`row ${rows - 2}, column 0: weight`);
	await page.keyboard.press('Enter');
	await expect.poll(() => hash(page)).toContain(`query=${rows - 2}&key=0`);
	await page.keyboard.press('Escape');
	await expect.poll(() => hash(page)).not.toContain('query=');

	await page.keyboard.press('2');
	const heads = page.getByRole('grid', { name: /^Attention of all heads/ });
	await settle(page);
	await heads.focus();
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('Enter');
	await expect.poll(() => hash(page)).toContain('layer=');
	await expect(heads.getByRole('gridcell')).toContainText(/layer \d+, head \d+/);
});

test('zooming draws other pixels and all brings the first back', async ({ page }) => {
	await openLive(page, '#view=attention&layer=5&head=0');
	const canvas = page.getByRole('grid', { name: /^Attention, L5/ }).locator('canvas');
	const pixels = () => canvas.evaluate((element: HTMLCanvasElement) => element.toDataURL());
	const before = await pixels();
	await page.getByRole('button', { name: 'Zoom in' }).click();
	await expect.poll(pixels).not.toBe(before);
	await page.getByRole('button', { name: 'all', exact: true }).click();
	await expect.poll(pixels).toBe(before);
});

test('the palette finds a head and a token', async ({ page }) => {
	await openLive(page, '#view=attention');
	await page.keyboard.press('Control+k');
	const search = page.getByRole('combobox', { name: /^Find/ });
	await search.fill('H3');
	await search.press('Enter');
	await expect(page.getByRole('radio', { name: 'Head 3' })).toBeChecked();
	await page.keyboard.press('Control+k');
	await search.fill('user');
	await search.press('Enter');
	await expect.poll(() => hash(page)).toMatch(/query=\d+/);
});

test('pictures leave the page as SVG, PNG, CSV and JSON', async ({ page }) => {
	await openLive(page, '#view=states&layer=5');
	await settle(page);
	for (const [button, ending] of [
		['SVG', 'svg'],
		['PNG', 'png'],
		['CSV', 'csv'],
		['JSON', 'json']
	]) {
		const download = page.waitForEvent('download');
		await page.getByRole('button', { name: button, exact: true }).first().click();
		expect((await download).suggestedFilename()).toMatch(new RegExp(`\\.${ending}$`));
	}
});

test('the stages of a cell end at the weight that the matrix shows', async ({ page }) => {
	await openLive(page, '#view=attention&layer=5&head=1&query=12&key=5');
	await expect(page.getByText(/from row 12/)).toBeVisible();
	const shown = Number(
		await page
			.locator('figure', { hasText: /^Attention/ })
			.locator('figcaption strong')
			.first()
			.textContent()
	);
	await page.getByLabel(/show the scores/).check();
	const words = page.getByText(/q · k .* weight/);
	await expect(words).toContainText('key 5');
	const [, weight] = /weight ([\d.]+)\.$/.exec((await words.textContent())!.trim())!;
	expect(Math.abs(Number(weight) - shown)).toBeLessThan(0.001);
	await expect.poll(() => hash(page)).toContain('set.scores=on');
});

test('the same head on a second prompt, which a link brings along', async ({ page }) => {
	await openLive(page, '#view=pair&layer=5&head=1');
	await page.getByLabel('second prompt').fill('Repeat: a b a');
	await page.getByRole('button', { name: 'Run it' }).click();
	const second = page.getByRole('grid', { name: /^Attention of the second prompt, L5, H1/ });
	await expect(second).toBeVisible({ timeout: 30_000 });
	await expect(page.getByText(/begin with 4 tokens in common/)).toBeVisible();
	await expect.poll(() => hash(page)).toContain('set.second=Repeat');
	// A head chosen for one is chosen for both.
	await page.getByRole('radio', { name: 'Head 3' }).click();
	await expect(
		page.getByRole('grid', { name: /^Attention of the (first|second) prompt, L5, H3/ })
	).toHaveCount(2);
	await page.goto('about:blank');
	await openLive(page, '#view=pair&layer=5&head=1&set.second=Repeat%3A+a+b+a');
	await expect(second).toBeVisible({ timeout: 30_000 });
});

test('a patch is its soft token, an image opens in the strip, and pan & scan changes the mask', async ({
	page
}) => {
	await openFirst(page);
	await dropFile(page, await sample('wide-banner.png'));
	await expectSoftTokens(page, 16);
	await page.getByRole('link', { name: 'Inspect' }).click();
	const strip = page.getByRole('listbox', { name: /^Tokens/ });
	await strip.getByText(/image 1 · 16/).click();
	await expect(strip).toContainText('soft 15');

	const pad = page.getByRole('grid', { name: /^Soft tokens of picture 1/ });
	await pad.focus();
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('Enter');
	await expect(page.getByText(/^soft \d+ · image 1, position \d+: weight/).first()).toBeVisible();
	await expect.poll(() => hash(page)).toMatch(/key=\d+/);

	await page.keyboard.press('7');
	await page.getByRole('combobox', { name: /^compare/ }).selectOption('panAndScan');
	await expect(page.getByRole('grid', { name: /^Mask with pan & scan/ })).toHaveCount(2, {
		timeout: 20_000
	});
	const squares = page.getByRole('row', { name: /^squares/ }).getByRole('cell');
	const [on, off] = (await squares.allTextContents()).map(Number);
	expect(off).toBe(1);
	expect(on).toBeGreaterThan(1);
});

test('a strip of thousands of tokens holds few elements', async ({ page }) => {
	await openFirst(page);
	await prompt(page).fill('a b '.repeat(450));
	const strip = page.getByRole('listbox', { name: /^Tokens/ });
	await expect(strip).toBeVisible({ timeout: 60_000 });
	expect(await strip.locator('.token').count()).toBeLessThan(1000);
	await strip.focus();
	await page.keyboard.press('Home');
	await page.keyboard.press('ArrowRight');
	await expect(strip.getByRole('option')).toContainText('1: ');
});
