import { expect, test, type Locator, type Page } from '@playwright/test';
import {
	addCell,
	cell,
	documentText,
	openNewNotebook,
	waitForSaved
} from '../support/notebookPage.js';

const cells = (page: Page) => page.locator('#cells [data-cell]');
const ids = (page: Page) => cells(page).evaluateAll((all) => all.map((one) => one.dataset.cell));
const handle = (page: Page, id: string) => page.getByRole('button', { name: `Drag ${id}` });
const label = (page: Page) => page.locator('p.dragged');
const dragged = (page: Page) => page.locator('#cells article.dragged');
const line = (page: Page) => page.locator('#cells .drop');

/** Cells of prose, one under the other, each of so many lines. */
async function writeProse(page: Page, texts: readonly string[]): Promise<void> {
	await openNewNotebook(page);
	for (const text of texts) {
		await addCell(page, 'Prose');
		await expect(page.locator('.cm-content')).toBeFocused();
		await page.keyboard.insertText(text);
		await page.keyboard.press('Escape');
	}
}

async function middle(locator: Locator): Promise<{ x: number; y: number }> {
	const { x, y, width, height } = (await locator.boundingBox())!;
	return { x: x + width / 2, y: y + height / 2 };
}

/** Presses on a cell's handle. */
async function grab(page: Page, id: string) {
	await cell(page, id).hover();
	const { x, y } = await middle(handle(page, id));
	await page.mouse.move(x, y);
	await page.mouse.down();
	return { x, y };
}

/** The pointer over the upper or the lower half of a cell. */
async function moveOver(page: Page, id: string, half: 'upper' | 'lower') {
	const { y, height } = (await cell(page, id).boundingBox())!;
	await page.mouse.move(300, y + height * (half === 'upper' ? 0.25 : 0.75), { steps: 5 });
}

test('a cell is dragged above and below others, as the keys would move it, and undo puts it back', async ({
	page
}) => {
	await writeProse(page, ['one', 'two', 'three', 'four']);
	await waitForSaved(page);
	const before = await documentText(page);
	await grab(page, 'prose-1');
	await moveOver(page, 'prose-3', 'upper');
	await expect(dragged(page)).toHaveAttribute('data-cell', 'prose-1');
	await expect(label(page)).toHaveText('prose-1');
	await expect(line(page)).toHaveAttribute('data-cell', 'prose-3');
	await moveOver(page, 'prose-3', 'lower');
	await expect(line(page)).toHaveAttribute('data-cell', 'prose-4');
	await page.mouse.up();
	await expect(label(page)).toHaveCount(0);
	await expect(line(page)).toHaveCount(0);
	expect(await ids(page)).toEqual(['prose-2', 'prose-3', 'prose-1', 'prose-4']);
	await expect(cell(page, 'prose-1')).toBeFocused();
	const byMouse = await documentText(page);
	await page.getByRole('button', { name: 'Undo' }).click();
	expect(await ids(page)).toEqual(['prose-1', 'prose-2', 'prose-3', 'prose-4']);
	expect(await documentText(page)).toBe(before);
	await cell(page, 'prose-1').focus();
	await page.keyboard.press('Alt+ArrowDown');
	await page.keyboard.press('Alt+ArrowDown');
	expect(await documentText(page)).toBe(byMouse);

	await grab(page, 'prose-4');
	await moveOver(page, 'prose-2', 'upper');
	await expect(line(page)).toHaveAttribute('data-cell', 'prose-2');
	await page.mouse.up();
	expect(await ids(page)).toEqual(['prose-4', 'prose-2', 'prose-3', 'prose-1']);
	// Below everything, and outside of the window.
	await grab(page, 'prose-4');
	await page.mouse.move(300, 2000, { steps: 5 });
	await expect(line(page)).toHaveText('Add a cell');
	await page.mouse.up();
	expect(await ids(page)).toEqual(['prose-2', 'prose-3', 'prose-1', 'prose-4']);
});

test('a press alone selects a cell; where it stays no line is drawn; Escape ends a drag for good', async ({
	page
}) => {
	await writeProse(page, ['one', 'two', 'three']);
	await waitForSaved(page);
	const before = await documentText(page);
	await grab(page, 'prose-2');
	await page.mouse.up();
	await expect(cell(page, 'prose-2')).toBeFocused();
	await grab(page, 'prose-2');
	await moveOver(page, 'prose-2', 'lower');
	await expect(dragged(page)).toHaveCount(1);
	await expect(line(page)).toHaveCount(0);
	await moveOver(page, 'prose-1', 'lower');
	await expect(line(page)).toHaveCount(0);
	await moveOver(page, 'prose-1', 'upper');
	await expect(line(page)).toHaveCount(1);
	await page.keyboard.press('Escape');
	await expect(dragged(page)).toHaveCount(0);
	await expect(line(page)).toHaveCount(0);
	await moveOver(page, 'prose-3', 'lower');
	await expect(line(page)).toHaveCount(0);
	await page.mouse.up();
	// What was cancelled is not done by the next press either.
	await grab(page, 'prose-2');
	await page.mouse.up();
	expect(await ids(page)).toEqual(['prose-1', 'prose-2', 'prose-3']);
	// Nor is it done by another button of the mouse.
	await cell(page, 'prose-1').hover();
	await handle(page, 'prose-1').click({ button: 'right' });
	await moveOver(page, 'prose-3', 'lower');
	await expect(dragged(page)).toHaveCount(0);
	expect(await documentText(page)).toBe(before);
});

test('held at an edge of the window, a cell scrolls the page until it is let go', async ({
	page
}) => {
	const long = Array.from({ length: 12 }, (_, i) => `line ${i}`).join('\n\n');
	await writeProse(page, ['first', long, long, long, long, 'last']);
	await page.evaluate(() => scrollTo(0, 0));
	const { x } = await grab(page, 'prose-1');
	const { height } = page.viewportSize()!;
	await page.mouse.move(x + 40, height - 20, { steps: 4 });
	// The pointer rests from here on.
	await expect.poll(() => page.evaluate(() => scrollY), { timeout: 15_000 }).toBeGreaterThan(900);
	await expect(cell(page, 'prose-1')).not.toBeInViewport();
	await expect(label(page)).toBeInViewport();
	await expect(line(page)).toHaveText('Add a cell', { timeout: 15_000 });
	await page.mouse.up();
	expect((await ids(page)).at(-1)).toBe('prose-1');
	const rest = await page.evaluate(() => scrollY);
	await page.waitForTimeout(300);
	expect(await page.evaluate(() => scrollY)).toBe(rest);

	await grab(page, 'prose-1');
	await page.mouse.move(x + 40, -30, { steps: 4 });
	await expect.poll(() => page.evaluate(() => scrollY), { timeout: 15_000 }).toBe(0);
	await expect(line(page)).toHaveAttribute('data-cell', 'prose-2');
	await page.mouse.up();
	expect((await ids(page))[0]).toBe('prose-1');
});

test.describe('on a telephone', () => {
	test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 800 } });

	test('a finger drags a cell, and a gesture that the system takes over changes nothing', async ({
		page
	}) => {
		await writeProse(page, ['one', 'two', 'three']);
		const session = await page.context().newCDPSession(page);
		const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd' | 'touchCancel', x = 0, y = 0) =>
			session.send('Input.dispatchTouchEvent', {
				type,
				touchPoints: type === 'touchEnd' || type === 'touchCancel' ? [] : [{ x, y }]
			});
		const drag = async (id: string, over: string) => {
			await expect(handle(page, id)).toBeInViewport();
			const from = await middle(handle(page, id));
			const { y, height } = (await cell(page, over).boundingBox())!;
			const to = y + 0.75 * height;
			await touch('touchStart', from.x, from.y);
			for (let i = 1; i <= 5; i++) {
				await touch('touchMove', from.x, from.y + ((to - from.y) * i) / 5);
			}
			await expect(label(page)).toHaveText(id);
		};
		await drag('prose-1', 'prose-2');
		await touch('touchEnd');
		await expect(label(page)).toHaveCount(0);
		expect(await ids(page)).toEqual(['prose-2', 'prose-1', 'prose-3']);
		await drag('prose-2', 'prose-3');
		await touch('touchCancel');
		await expect(label(page)).toHaveCount(0);
		expect(await ids(page)).toEqual(['prose-2', 'prose-1', 'prose-3']);
	});
});
