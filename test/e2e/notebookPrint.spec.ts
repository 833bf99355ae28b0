import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { expect, test, type Page } from '@playwright/test';
import { saveAs } from '../support/notebookPage.js';

/** Pixels of 180 mm, which every sheet is wide. */
const paperWidth = 680;

async function openBundled(page: Page, title: string): Promise<void> {
	await page.goto('/notebook');
	await page.getByRole('link', { name: title }).click();
	await expect(page.locator('#cells [data-cell]').nth(3)).toBeVisible();
}

/** As the page is put on paper, before the browser cuts it into sheets. */
async function showPrinted(page: Page): Promise<void> {
	await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
	await expect(page.locator('.far, canvas[data-drawn="no"]')).toHaveCount(0);
	await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
	await page.setViewportSize({ width: paperWidth, height: 1000 });
}

/** What must not be on paper: tools, and what lies outside of it. */
function findStrays(page: Page, width: number): Promise<string[]> {
	return page.evaluate((width) => {
		const isSeen = (element: Element) =>
			element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
		const strays: string[] = [];
		// The title is a field, tokens are buttons, roles of a chat are choices: these are content.
		const tools = 'button, input, select, summary, a[href^="#"], [role="radio"]';
		for (const tool of document.querySelectorAll(tools)) {
			const isContent =
				tool.closest('main > header input, [role="toolbar"], [role="listbox"], [data-turn], ol') !==
				null;
			const isText = tool.matches('summary') && tool.querySelector('button') === null;
			if (!isContent && !isText && isSeen(tool)) strays.push(tool.outerHTML.slice(0, 160));
		}
		for (const picture of document.querySelectorAll('canvas, svg, img, figure, table, pre')) {
			const { left, right } = picture.getBoundingClientRect();
			if (isSeen(picture) && (left < 0 || right > width + 1))
				strays.push(`${left} to ${right}: ${picture.outerHTML.slice(0, 120)}`);
		}
		return strays;
	}, width);
}

async function expectOnPaper(page: Page): Promise<void> {
	expect(await findStrays(page, paperWidth)).toEqual([]);
	const { scrollWidth, paper, ink } = await page.evaluate(() => {
		const { backgroundColor, color } = getComputedStyle(document.body);
		return {
			scrollWidth: document.documentElement.scrollWidth,
			paper: backgroundColor,
			ink: color
		};
	});
	expect(scrollWidth).toBeLessThanOrEqual(paperWidth);
	expect(paper).toBe('rgb(255, 255, 255)');
	expect(ink).toBe('rgb(27, 28, 30)');
}

/** How light the upper right corner of the first attention map is, where every cell is closed. */
const cornerOfMap = (page: Page) =>
	page
		.getByRole('grid', { name: /^Attention/ })
		.locator('canvas')
		.first()
		.evaluate((canvas: HTMLCanvasElement) => {
			const { data } = canvas.getContext('2d')!.getImageData(canvas.width - 4, 3, 1, 1);
			return data[0];
		});

const numSheets = (pdf: Buffer) => pdf.toString('latin1').match(/\/Type \/Page\b/g)!.length;

test.use({ colorScheme: 'dark' });

for (const title of ['Where does it look?', 'Local and global layers', 'Pan & scan']) {
	test(`“${title}” is dark on light on paper, without tools, and as wide as the sheet`, async ({
		page
	}) => {
		await openBundled(page, title);
		await showPrinted(page);
		await expect(page.getByRole('banner')).toBeHidden();
		await expectOnPaper(page);
		await expect(page.getByLabel('Title of the notebook')).toHaveValue(title);
	});
}

test('pictures of a dark page are light on paper, and dark again after it', async ({ page }) => {
	await openBundled(page, 'Local and global layers');
	await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
	await expect.poll(() => cornerOfMap(page)).toBeLessThan(60);
	await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
	await expect.poll(() => cornerOfMap(page)).toBeGreaterThan(240);
	await page.emulateMedia({ media: 'screen', colorScheme: 'dark' });
	await expect.poll(() => cornerOfMap(page)).toBeLessThan(60);
});

test('printing waits until every cell is drawn, from the keys and from the menu', async ({
	page
}) => {
	await page.addInitScript(() => {
		const printed: number[] = [];
		Object.assign(globalThis, { printed });
		window.print = () =>
			printed.push(document.querySelectorAll('.far, canvas[data-drawn="no"]').length);
	});
	const printed = () =>
		page.evaluate(() => (globalThis as unknown as { printed: number[] }).printed);
	await openBundled(page, 'Where does it look?');
	expect(await page.locator('.far').count()).toBeGreaterThan(0);
	await page.keyboard.press('Control+p');
	await expect.poll(printed).toEqual([0]);
	await page.locator('summary', { hasText: 'Share' }).click();
	await page.getByRole('button', { name: 'Print…' }).click();
	await expect.poll(printed).toEqual([0, 0]);
});

test('an exported page is printed the same way, its pictures whole', async ({
	page,
	context
}, info) => {
	await openBundled(page, 'Local and global layers');
	const file = info.outputPath('exported.html');
	await writeFile(file, await saveAs(page, /^Save as a web page/));
	const reader = await context.newPage();
	await reader.goto(pathToFileURL(file).href);
	await expect(reader.getByRole('grid', { name: /^Attention/ }).first()).toBeVisible();
	const pdf = await reader.pdf({ format: 'A4' });
	console.log(`${numSheets(pdf)} sheets`);
	// A picture that is larger than its sheet is cut into several, with empty ones between.
	expect(numSheets(pdf)).toBeLessThan(12);
	await showPrinted(reader);
	await expect(reader.getByRole('link', { name: /live/i })).toBeHidden();
	await expectOnPaper(reader);
});
