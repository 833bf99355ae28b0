import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test, type Locator, type Page, type TestInfo } from '@playwright/test';
import { hugePng } from '../support/hugePng.js';
import {
	addCell,
	addPrompt,
	cell,
	documentText,
	openNewNotebook,
	runStale,
	waitForSaved
} from '../support/notebookPage.js';

const circle = resolve('static/examples/red-circle.png');
const shapes = resolve('static/examples/three-shapes.png');

/** Drags files from outside of the browser over an element, and drops them there. */
async function dropFiles(page: Page, target: Locator, ...files: readonly string[]): Promise<void> {
	await target.scrollIntoViewIfNeeded();
	const box = (await target.boundingBox())!;
	const x = box.x + Math.min(box.width, 300) / 2;
	const y = box.y + box.height / 2;
	const session = await page.context().newCDPSession(page);
	for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
		await session.send('Input.dispatchDragEvent', {
			type,
			x,
			y,
			data: { items: [], files: [...files], dragOperationsMask: 1 }
		});
	}
	await session.detach();
}

/** Puts a picture into the system's clipboard and pastes it where the keyboard is. */
async function paste(page: Page, file: string): Promise<void> {
	const base64 = (await readFile(file)).toString('base64');
	await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
	await page.evaluate(async (base64) => {
		const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
		const blob = new Blob([bytes], { type: 'image/png' });
		await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]);
	}, base64);
	await page.keyboard.press('Control+v');
}

async function writeProse(page: Page, text: string): Promise<void> {
	await addCell(page, 'Prose');
	await expect(page.locator('.cm-content')).toBeFocused();
	await page.keyboard.insertText(text);
}

/** Hashes of the attachments, from the document as text. */
async function attachments(page: Page): Promise<string[]> {
	await waitForSaved(page);
	const found = /^%% attachment (sha256-[0-9a-f]{64})/gm;
	return [...(await documentText(page)).matchAll(found)].map(([, hash]) => hash);
}

const chips = (page: Page) =>
	page.getByRole('list', { name: 'Pictures of prompt-1' }).getByRole('listitem');
const prose = (page: Page) => cell(page, 'prose-1').locator('.prose');

/** The picture is drawn, and is not a broken one. */
const isDrawn = (picture: Locator) =>
	expect
		.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth))
		.toBeGreaterThan(0);

async function writeFileAs(info: TestInfo, name: string, content: Buffer): Promise<string> {
	const path = info.outputPath(name);
	await writeFile(path, content);
	return path;
}

test('pictures are dropped on a prompt and pasted into it, in order; the same one is kept once', async ({
	page
}) => {
	await openNewNotebook(page);
	await addPrompt(page, 'What color is the circle?');
	const turn = page.getByLabel('Turn 1 of prompt-1', { exact: true });
	await dropFiles(page, turn, circle);
	await expect(chips(page)).toHaveText([/red-circle\.png/]);
	await isDrawn(chips(page).getByRole('img'));
	await expect(turn).toHaveValue('What color is the circle?');
	expect(await attachments(page)).toHaveLength(1);
	// Beside the text fields, and two at once.
	await dropFiles(page, page.getByText('Add a picture'), circle, shapes);
	await expect(chips(page)).toHaveText([/red-circle/, /red-circle/, /three-shapes/]);
	expect(await attachments(page)).toHaveLength(2);
	await page.getByRole('button', { name: 'Undo' }).click();
	await expect(chips(page)).toHaveCount(1);
	// From the clipboard: while text is typed, and while only the cell is selected. The clipboard
	// makes a file of its own out of a picture.
	await turn.focus();
	await paste(page, shapes);
	await expect(chips(page)).toHaveText([/red-circle/, /image\.png/]);
	await page.keyboard.press('Escape');
	await expect(cell(page, 'prompt-1')).toBeFocused();
	await page.keyboard.press('Control+v');
	await expect(chips(page)).toHaveText([/red-circle/, /image\.png/, /image\.png/]);
	expect(await attachments(page)).toHaveLength(2);
	await page.getByRole('button', { name: 'Undo' }).click();
	await page.getByRole('button', { name: 'Undo' }).click();
	await runStale(page);
	await expect(
		cell(page, 'prompt-1')
			.getByText(/tokens, .*16 of pictures/)
			.first()
	).toBeVisible();
	await expect(page.getByRole('alert')).toHaveCount(0);
});

test('a prompt without a turn of the user gets one for its picture; plain text gets a mark at the caret', async ({
	page
}) => {
	await openNewNotebook(page);
	await addPrompt(page, 'Be brief.');
	await page.getByLabel('Role of Turn 1 of prompt-1').selectOption('system');
	await dropFiles(page, page.getByText('Add a turn'), circle);
	await expect(page.getByLabel('Role of Turn 2 of prompt-1')).toHaveValue('user');
	await expect(chips(page)).toHaveCount(1);
	await page.getByRole('button', { name: 'Undo' }).click();
	await expect(page.getByLabel('Role of Turn 2 of prompt-1')).toHaveCount(0);
	await page.getByRole('radio', { name: 'plain text' }).check({ force: true });
	const text = page.getByRole('textbox', { name: 'Text of prompt-1' });
	await text.fill('before after');
	await text.evaluate((field: HTMLTextAreaElement) => field.setSelectionRange(7, 7));
	await paste(page, circle);
	await expect(text).toHaveValue('before <start_of_image>after');
	await expect(chips(page)).toHaveCount(1);
});

test('pictures are dropped on prose and pasted into it, being edited or not', async ({ page }) => {
	await openNewNotebook(page);
	await writeProse(page, 'Look at\n\nthis one.');
	// Between the two words on which it falls.
	const first = page.locator('.cm-line').first();
	await dropFiles(page, first, circle);
	await expect(first).toHaveText(/^Look at!\[red-circle\]\(attachment:sha256-[0-9a-f]{64}\)$/);
	await page.keyboard.press('Control+End');
	await paste(page, shapes);
	await expect(page.locator('.cm-line').last()).toHaveText(/^this one\.!\[image\]\(attachment:/);
	await page.keyboard.press('Escape');
	await expect(prose(page).getByRole('img')).toHaveCount(2);
	await isDrawn(prose(page).getByRole('img', { name: 'red-circle' }));
	const [hash, ...more] = await attachments(page);
	expect(more).toHaveLength(1);

	// On what is shown: below the text; the same picture is no other attachment.
	await dropFiles(page, prose(page), circle);
	await expect(prose(page).getByRole('img', { name: 'red-circle' })).toHaveCount(2);
	await cell(page, 'prose-1').focus();
	await page.keyboard.press('Control+v');
	await expect(prose(page).getByRole('img')).toHaveCount(4);
	await isDrawn(prose(page).getByRole('img').last());
	expect(await attachments(page)).toEqual([hash, ...more]);
	await page.reload();
	await expect(prose(page).getByRole('img')).toHaveCount(4);
	await isDrawn(prose(page).getByRole('img').first());
});

test('a picture that is cut out of prose is still there when it is put back', async ({ page }) => {
	await openNewNotebook(page);
	await writeProse(page, 'One.');
	await dropFiles(page, page.locator('.cm-line').first(), circle);
	await page.keyboard.press('Escape');
	await isDrawn(prose(page).getByRole('img'));
	await waitForSaved(page);
	await page.reload();
	await isDrawn(prose(page).getByRole('img'));
	await prose(page).dblclick();
	await expect(page.locator('.cm-content')).toBeFocused();
	await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
	await page.keyboard.press('Control+a');
	await page.keyboard.press('Control+x');
	expect(await attachments(page)).toEqual([]);
	await page.keyboard.press('Escape');
	await writeProse(page, 'Two.');
	await page.keyboard.press('Control+v');
	await page.keyboard.press('Escape');
	await isDrawn(cell(page, 'prose-2').getByRole('img', { name: 'red-circle' }));
	expect(await attachments(page)).toHaveLength(1);
});

test('a file that is no picture is refused by name and changes nothing, and one beside it is taken', async ({
	page
}, info) => {
	await openNewNotebook(page);
	await addPrompt(page, 'Repeat: a');
	await page.keyboard.press('Escape');
	await writeProse(page, 'Text.');
	await page.keyboard.press('Escape');
	await waitForSaved(page);
	const before = await documentText(page);
	const whole = await readFile(circle);
	const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>window.ran = 1</script></svg>';
	const cases: [name: string, content: Buffer, sentence: RegExp][] = [
		['notes.png', Buffer.from('hello'), /notes\.png: This is not a picture that can be read/],
		['drawing.png', Buffer.from(svg), /drawing\.png: This is an SVG drawing/],
		['empty.png', Buffer.alloc(0), /empty\.png: This file is empty/],
		['cut.png', whole.subarray(0, 900), /cut\.png: This PNG is damaged or cut short/],
		['huge.png', hugePng(10_000, 10_000), /huge\.png: This picture has 10000 × 10000 pixels/]
	];
	for (const id of ['prompt-1', 'prose-1']) {
		const target =
			id === 'prompt-1' ? page.getByLabel('Turn 1 of prompt-1', { exact: true }) : prose(page);
		const alert = cell(page, id).getByRole('alert');
		for (const [name, content, sentence] of cases) {
			await dropFiles(page, target, await writeFileAs(info, name, content));
			await expect(alert).toHaveText(sentence);
			await expect(alert).toContainText('Nothing was changed.');
			await alert.getByRole('button', { name: 'Dismiss' }).click();
			await expect(alert).toHaveCount(0);
		}
	}
	expect(await documentText(page)).toBe(before);
	expect(await page.evaluate(() => 'ran' in window)).toBe(false);
	await dropFiles(page, prose(page), await writeFileAs(info, 'a.png', Buffer.from('a')), circle);
	await expect(cell(page, 'prose-1').getByRole('alert')).toContainText(
		/a\.png: .* The other pictures were added\./
	);
	await isDrawn(prose(page).getByRole('img', { name: 'red-circle' }));
});

test('a file that misses the cells does not take the place of the page', async ({ page }) => {
	await openNewNotebook(page);
	await addCell(page, 'Configuration');
	const address = page.url();
	await dropFiles(page, cell(page, 'configuration-1'), circle);
	await dropFiles(page, page.locator('main header'), circle);
	await page.waitForTimeout(300);
	expect(page.url()).toBe(address);
	expect(page.context().pages()).toHaveLength(1);
	await expect(cell(page, 'configuration-1')).toBeVisible();
	await expect(page.getByRole('img', { name: 'red-circle' })).toHaveCount(0);
});
