import { readFile } from 'node:fs/promises';
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { heatOpacity } from '../../src/lib/views/heatmapRaster.js';
import {
	addFiles,
	dropFile,
	expectSoftTokens,
	heatAlphas,
	heatmap,
	openLive,
	prompt,
	sample,
	toDataTransfer
} from '../support/picturePage.js';

const chips = (page: Page) => page.getByRole('list', { name: 'Pictures of the prompt' });
const panAndScan = (page: Page) => page.getByRole('figure').filter({ hasText: /^Pan & scan/ });

test('a picture of shapes is dropped, asked about and described, and attention shows on it', async ({
	page
}) => {
	await openLive(page);
	await dropFile(page, await sample('three-shapes.png'));
	await expect(chips(page)).toContainText('three-shapes.png');
	await prompt(page).fill('Describe this image.');
	await expectSoftTokens(page, 16);
	await page.getByRole('button', { name: 'Play' }).click();
	await expect(page.getByText(/\d generated/)).toBeVisible({ timeout: 30_000 });
	const answer = await page
		.getByRole('toolbar', { name: 'Tokens' })
		.locator('.generated')
		.allTextContents();
	console.log(`the answer: ${answer.join('').replaceAll('␣', ' ')}`);
	expect(answer.join('').replaceAll('␣', ' ')).toContain(
		'A red circle, a blue square and a green triangle.'
	);

	// The pixels over each soft token are as opaque as its weight in the table says.
	const figure = page.getByRole('figure').filter({ hasText: /^Where does it look/ });
	await figure.getByRole('button', { name: 'table' }).click();
	const dialog = page.getByRole('dialog', { name: /^Where does row/ });
	const cells = await dialog.locator('tbody tr td:last-child').allTextContents();
	const weights = cells.map(Number);
	expect(weights.length).toBe(16);
	await page.keyboard.press('Escape');
	const largest = Math.max(...weights);
	expect(largest).toBeGreaterThan(0);
	const alphas = await heatAlphas(page, 4);
	const differences = alphas.map((alpha, i) =>
		Math.abs(alpha / 255 - heatOpacity(weights[i], largest))
	);
	console.log(`largest difference of a pixel's opacity: ${Math.max(...differences).toFixed(4)}`);
	expect(Math.max(...differences)).toBeLessThan(0.01);

	// Another token looks elsewhere.
	await page.getByRole('button', { name: /^\d+: ␣image$/ }).click();
	await expect.poll(() => heatAlphas(page, 4)).not.toEqual(alphas);
});

test('the picture itself is drawn under the attention', async ({ page }) => {
	await openLive(page);
	await addFiles(page, await sample('red-circle.png'));
	await expectSoftTokens(page, 16);
	const red = () =>
		panAndScan(page)
			.locator('canvas.pixels')
			.first()
			.evaluate((canvas: HTMLCanvasElement) => {
				const at = (x: number, y: number) => [
					...canvas
						.getContext('2d')!
						.getImageData(x * canvas.width, y * canvas.height, 1, 1)
						.data.slice(0, 3)
				];
				return [at(0.5, 0.5), at(0.02, 0.02)];
			});
	await expect.poll(red).toEqual([
		[220, 40, 40],
		[255, 255, 255]
	]);
});

test('pan & scan draws its crops at once, says why, counts tokens and runs again', async ({
	page
}) => {
	await openLive(page);
	await addFiles(page, await sample('wide-banner.png'));
	await prompt(page).fill('Read the number.');
	await expectSoftTokens(page, 16);
	const figure = panAndScan(page);
	await expect(figure).toContainText('Pan & scan is off. It would make 4 crops.');
	await expect(figure.locator('rect.tag')).toHaveCount(0);
	await figure.getByRole('switch', { name: /Pan & scan/ }).check();
	await expect(figure.locator('rect.tag')).toHaveCount(4);
	await expect(figure).toContainText(/4 crops of up to 224 × 224 pixels, side by side/);
	await expect(figure).toContainText(/tokens in all, without crops \d+/);
	await expectSoftTokens(page, 80);
	await expect(
		page.getByRole('list', { name: 'What the model sees of it' }).getByRole('listitem')
	).toHaveCount(5);
	await page.getByText('The prompt as it is tokenised').click();
	await expect(page.getByText(/here are some crops to help you see better/)).toBeVisible();

	await figure.getByRole('slider', { name: /max crops/ }).fill('2');
	await expect(figure.locator('rect.tag')).toHaveCount(2);
	await expectSoftTokens(page, 48);
	await figure.getByRole('slider', { name: /min ratio/ }).fill('5');
	await expect(figure).toContainText(/No crops: the ratio of width to height is 4\.00, below/);
	await expectSoftTokens(page, 16);
	await figure.getByRole('button', { name: 'reset' }).click();
	await expect(figure).toContainText('Pan & scan is off.');
});

test('crops and the whole picture are painted apart or merged', async ({ page }) => {
	await openLive(page);
	await addFiles(page, await sample('wide-banner.png'));
	await page.getByRole('switch', { name: /Pan & scan/ }).check();
	await expectSoftTokens(page, 80);
	const seen = new Set<string>();
	for (const mode of ['merged', 'whole', 'crops']) {
		await page.getByRole('radio', { name: mode, exact: true }).check({ force: true });
		const alphas = await heatAlphas(page, 16);
		expect(Math.max(...alphas)).toBeGreaterThan(200);
		seen.add(alphas.join());
	}
	expect(seen.size).toBe(3);
	await expect(page.getByText(/goes to picture 1: .* to the whole, .* to crop 4/)).toBeVisible();
});

test('a patch that is clicked tells who looks at it, and lights up everywhere', async ({
	page
}) => {
	await openLive(page);
	await addFiles(page, await sample('three-shapes.png'));
	await expectSoftTokens(page, 16);
	await heatmap(page).click({ position: { x: 20, y: 20 } });
	const onlookers = page.getByRole('group', { name: 'Which tokens look at the patch' });
	await expect(onlookers.getByRole('listitem')).toHaveCount(8);
	await expect(onlookers).toContainText('soft 0 · image 1');
	await expect(page.getByText(/key 5\b/).first()).toBeVisible();
	await page
		.getByRole('button', { name: /^image 1 · 16/ })
		.first()
		.click();
	await expect(page.locator('.token.key')).toHaveText('soft 0');
	await page.keyboard.press('Escape');
	await expect(page.locator('.token.key')).toHaveCount(0);
});

test('the vision tower shows where a soft token looks, and where a patch looks', async ({
	page
}) => {
	await openLive(page);
	await addFiles(page, await sample('three-shapes.png'));
	await expectSoftTokens(page, 16);
	const tower = page.getByRole('grid', { name: /^Vision tower: where/ });
	const alphas = () =>
		tower.locator('canvas.heat').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
	await expect(tower.locator('canvas.heat')).toBeVisible();
	const seen = [await alphas()];
	await page.getByRole('combobox', { name: 'tower layer' }).selectOption('L3');
	await expect.poll(alphas).not.toBe(seen[0]);
	seen.push(await alphas());
	await page.getByRole('radio', { name: 'patch', exact: true }).check({ force: true });
	await expect(page.getByRole('grid', { name: /where patch 0 looks · L3/ })).toBeVisible();
	await expect.poll(alphas).not.toBe(seen[1]);
});

test('several pictures are pasted, reordered and removed', async ({ page }) => {
	await openLive(page);
	for (const name of ['red-circle.png', 'three-shapes.png']) {
		const clipboardData = await toDataTransfer(page, await sample(name));
		await prompt(page).evaluate((element, data) => {
			const event = new ClipboardEvent('paste', {
				clipboardData: data,
				bubbles: true,
				cancelable: true
			});
			element.dispatchEvent(event);
		}, clipboardData);
	}
	const items = chips(page).getByRole('listitem');
	await expect(items).toHaveCount(2);
	await expectSoftTokens(page, 32);
	await page.getByRole('button', { name: 'Move red-circle.png later' }).click();
	await expect(items.first()).toContainText('three-shapes.png');
	await expect(page.getByRole('button', { name: 'Move red-circle.png earlier' })).toBeFocused();
	await page.keyboard.press('Alt+ArrowLeft');
	await expect(items.first()).toContainText('red-circle.png');
	await page.keyboard.press('Delete');
	await expect(items).toHaveCount(1);
	await expect(items.first()).toContainText('three-shapes.png');
	await expectSoftTokens(page, 16);
	await page.getByRole('button', { name: 'Remove three-shapes.png' }).click();
	await expect(chips(page)).toBeHidden();
	await expect(heatmap(page)).toHaveCount(0);
});

test('in plain text a picture is a mark, and comes and goes with it', async ({ page }) => {
	await openLive(page);
	await page.getByRole('radio', { name: 'plain text' }).check({ force: true });
	await prompt(page).fill('Look: ');
	await addFiles(page, await sample('red-circle.png'));
	await expect(prompt(page)).toHaveValue('Look: <start_of_image>');
	await expectSoftTokens(page, 16);
	await page.getByRole('button', { name: 'Remove red-circle.png' }).click();
	await expect(prompt(page)).toHaveValue('Look: ');
});

test('images fold into one row and column of the mask', async ({ page }) => {
	await openLive(page);
	await addFiles(page, await sample('three-shapes.png'));
	await expectSoftTokens(page, 16);
	const mask = page.getByRole('grid', { name: /^Mask of layer/ });
	const figure = page.getByRole('figure').filter({ has: mask });
	const rows = Number(await mask.getAttribute('aria-rowcount'));
	await figure.getByRole('button', { name: 'image 1 ▾', exact: true }).click();
	await expect(mask).toHaveAttribute('aria-rowcount', String(rows - 15));
	await figure.getByRole('button', { name: 'image 1 ▸', exact: true }).click();
	await expect(mask).toHaveAttribute('aria-rowcount', String(rows));
});

test('pictures are worked with the keyboard alone', async ({ page }) => {
	await openLive(page);
	await prompt(page).focus();
	for (const name of ['Add pictures', 'Camera', 'Samples ▾']) {
		await page.keyboard.press('Tab');
		await expect(page.getByRole('button', { name })).toBeFocused();
	}
	await page.keyboard.press('Enter');
	await page.keyboard.press('Tab');
	await page.keyboard.press('Tab');
	await page.keyboard.press('Tab');
	await expect(page.getByRole('button', { name: 'wide banner' })).toBeFocused();
	await page.keyboard.press('Enter');
	await expect(page.getByRole('button', { name: 'Samples ▾' })).toBeFocused();
	await expectSoftTokens(page, 80);

	await heatmap(page).focus();
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('Enter');
	await page.getByRole('button', { name: 'Previous layer' }).focus();
	const onlookers = page.getByRole('group', { name: 'Which tokens look at the patch' });
	await expect(onlookers).toContainText('soft 5 · image 1, crop 4');
	await page.keyboard.press('Enter');
	await expect(heatmap(page)).toHaveAccessibleName(/layer 4/);
	await page.keyboard.press('Escape');
	await expect(onlookers).toContainText('Point at the picture');
});

test('attention over the picture is saved as SVG with the picture, as PNG and as CSV', async ({
	page
}) => {
	await openLive(page);
	await addFiles(page, await sample('three-shapes.png'));
	await expectSoftTokens(page, 16);
	const other = page.getByRole('group', { name: /^Where does row .* other forms/ });
	for (const [button, pattern] of [
		['SVG', /<image href="data:image\/png;base64,.*fill-opacity="0\.8500"/s],
		[
			'CSV',
			/^key,picture,square,soft,x,y,width,height,weight\r\n5,three-shapes\.png,image 1,0,0,0,56,56,/
		]
	] as const) {
		const [file] = await Promise.all([
			page.waitForEvent('download'),
			other.getByRole('button', { name: button }).click()
		]);
		expect(await readFile(await file.path(), 'utf8')).toMatch(pattern);
	}
	const [png] = await Promise.all([
		page.waitForEvent('download'),
		other.getByRole('button', { name: 'PNG' }).click()
	]);
	expect((await readFile(await png.path())).subarray(1, 4).toString()).toBe('PNG');
});

for (const colorScheme of ['light', 'dark'] as const) {
	test(`axe finds nothing with pictures in the ${colorScheme} theme, and nothing is too wide`, async ({
		page
	}) => {
		await page.emulateMedia({ colorScheme });
		await openLive(page);
		await addFiles(page, await sample('wide-banner.png'), await sample('tall-banner.png'));
		await page.getByRole('switch', { name: /Pan & scan/ }).check();
		await expectSoftTokens(page, 160);
		await page.getByText('The prompt as it is tokenised').click();
		for (const width of [1280, 390]) {
			await page.setViewportSize({ width, height: 900 });
			const { violations } = await new AxeBuilder({ page }).analyze();
			expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual([]);
		}
		for (const width of [390, 600, 820, 1100, 1600]) {
			await page.setViewportSize({ width, height: 900 });
			const overflow = () =>
				page.evaluate(
					() => document.documentElement.scrollWidth - document.documentElement.clientWidth
				);
			// Pictures take the new width a frame later.
			await expect.poll(overflow, { message: `at ${width} px` }).toBe(0);
		}
	});
}

test('without a camera, or the leave to use one, it says so', async ({ page, context }) => {
	await context.clearPermissions();
	await openLive(page);
	await page.getByRole('button', { name: 'Camera' }).click();
	const dialog = page.getByRole('dialog', { name: 'Camera' });
	await expect(dialog.getByRole('alert')).toContainText(/camera/i, { timeout: 15_000 });
	await dialog.getByRole('button', { name: 'Close' }).click();
	await expect(dialog).toBeHidden();
});
