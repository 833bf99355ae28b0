import { readFile, writeFile } from 'node:fs/promises';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { exportHtml } from '../../src/lib/notebook/exportHtml.js';
import { parseHtml } from '../../src/lib/notebook/htmlDocument.js';
import { renderMarkdown } from '../../src/lib/notebook/markdown.js';
import { renderMath } from '../../src/lib/notebook/math.js';
import type { Notebook } from '../../src/lib/notebook/notebook.js';
import { createRecordedNotebook } from '../support/recordedNotebook.js';

let notebook: Notebook;
let html: string;

test.beforeAll(async () => {
	notebook = await createRecordedNotebook();
	html = await exportHtml(notebook, {
		renderProse: (text, toImageUrl) => renderMarkdown(text, { renderMath, toImageUrl }),
		liveUrl: 'https://example.org/loupe/notebook#n=1',
		viewer: await readFile('build/viewer.js', 'utf8'),
		style: await readFile('build/viewer.css', 'utf8')
	});
});

/** Opens the page from disk without a network; what it complains about is collected. */
async function open(page: Page, path: string, content = html): Promise<string[]> {
	const complaints: string[] = [];
	page.on('console', (message) => {
		// What reading a canvas for a test costs is no fault of the page.
		if (message.text().startsWith('Canvas2D: Multiple readback')) return;
		if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
	});
	page.on('pageerror', ({ message }) => complaints.push(message));
	page.on('request', (request) => {
		if (!/^(file|data|blob):/.test(request.url())) complaints.push(`asked for ${request.url()}`);
	});
	await writeFile(path, content);
	await page.context().setOffline(true);
	await page.goto(`file://${path}`);
	return complaints;
}

const cell = (page: Page, id: string) => page.locator(`figure[data-cell="${id}"]`);
const live = (page: Page) => expect(page.locator('html')).toHaveAttribute('data-viewer', 'live');

/** The pixels of a canvas, as one number. */
const toHash = (canvas: Locator) =>
	canvas.evaluate((element: HTMLCanvasElement) => {
		const { data } = element.getContext('2d')!.getImageData(0, 0, element.width, element.height);
		return data.reduce((hash, value) => (Math.imul(hash, 31) + value) | 0, 0);
	});

test('an exported page opens from disk without a network, shows every recorded cell, and complains of nothing', async ({
	page
}, info) => {
	const complaints = await open(page, info.outputPath('page.html'));
	await live(page);
	for (const { id, kind } of notebook.cells) {
		if (kind === 'prose') continue;
		await expect(cell(page, id).locator(`[data-output="${kind}"]`)).toBeVisible();
	}
	await expect(page.getByRole('status').filter({ hasText: /Reading/ })).toHaveCount(0);
	await expect(page.getByRole('alert')).toHaveCount(0);
	await expect(page.getByRole('link', { name: 'Open live in Gemma Loupe' })).toHaveAttribute(
		'href',
		'https://example.org/loupe/notebook#n=1'
	);
	const labels = cell(page, 'labels-1');
	await expect(labels.getByRole('row', { name: /^(negative|neutral|positive) / })).toHaveCount(3);
	await expect(labels).toContainText('softmax over the 3 logits');
	await expect(cell(page, 'answer')).toContainText('Paris');
	expect(complaints).toEqual([]);
	expect(await parseHtml(await readFile(info.outputPath('page.html'), 'utf8'))).toStrictEqual(
		notebook
	);
});

test('pointing, clicking and the keyboard change what a picture says, in all cells at once', async ({
	page
}, info) => {
	const complaints = await open(page, info.outputPath('page.html'));
	await live(page);
	const matrix = cell(page, 'matrix-1');
	const grid = matrix.getByRole('grid', { name: /^Attention of layer 5/ });
	await expect(matrix).toContainText('of row 18 goes to');
	await grid.focus();
	await grid.press('Home');
	await expect(matrix.locator('figcaption').first()).toContainText(/ from row \d+ /);
	await grid.press('Escape');

	const box = (await grid.locator('canvas').boundingBox())!;
	// Row 9, column 2 of 19 of each.
	await grid.hover({
		position: {
			x: box.x - (await grid.boundingBox())!.x + (2.5 / 19) * box.width,
			y: box.y - (await grid.boundingBox())!.y + (9.5 / 19) * box.height
		}
	});
	await expect(matrix).toContainText('from row 9');
	await expect(matrix).toContainText('to key 2');
	await page.mouse.down();
	await page.mouse.up();
	await page.mouse.move(0, 0);
	await expect(matrix).toContainText('from row 9');
	await expect(cell(page, 'tokens-1')).toContainText('position 9:');
	await expect(cell(page, 'path-1')).toContainText('token 9');
	await page.keyboard.press('Escape');
	await expect(cell(page, 'tokens-1')).toContainText('Point at a token');
	expect(complaints).toEqual([]);
});

test('layer, head, view and settings change the picture', async ({ page }, info) => {
	const complaints = await open(page, info.outputPath('page.html'));
	await live(page);
	const matrix = cell(page, 'matrix-1');
	const canvas = matrix.locator('canvas').first();
	const first = await toHash(canvas);
	await matrix.getByRole('radio', { name: 'Head 0', exact: true }).click();
	await expect(matrix.locator('h2')).toContainText('H0');
	await expect.poll(() => toHash(canvas)).not.toBe(first);
	await matrix.getByRole('radio', { name: /^Layer 0, local/ }).click();
	await expect(matrix.locator('h2')).toContainText('L0 · local');
	await expect(cell(page, 'folded-1').locator('h2')).toContainText('L5');
	await matrix.getByRole('combobox', { name: 'show' }).selectOption('lines');
	await expect(matrix.getByRole('listbox')).toBeVisible();

	const folded = cell(page, 'folded-1');
	await folded.getByRole('button', { name: '5 images' }).click();
	await expect(folded).toContainText('folded: sum over its columns');
	await expect(folded.getByRole('grid')).toHaveAttribute('aria-rowcount', String(133 - 5 * 15));

	const window = cell(page, 'window-1');
	await window.getByRole('spinbutton').fill('3');
	await window.getByRole('spinbutton').press('Enter');
	await expect(window).toContainText('row 18 sees 3 of 19 tokens');

	const model = cell(page, 'model-1');
	await model.getByRole('combobox', { name: 'part' }).selectOption('vision');
	await expect(model).not.toContainText('vocabSize');
	await expect(model).toContainText('mmTokensPerImage');

	await cell(page, 'tokens-1').getByRole('button', { name: 'table' }).click();
	await expect(page.getByRole('dialog')).toContainText('position');
	await page.getByRole('button', { name: 'Close' }).click();
	const download = page.waitForEvent('download');
	await matrix.getByRole('button', { name: 'PNG' }).click();
	expect((await download).suggestedFilename()).toMatch(/^lines-L0-.*\.png$/);
	expect(complaints).toEqual([]);
});

test('of ranks and crops a page knows what was recorded, and begins there', async ({
	page
}, info) => {
	const complaints = await open(page, info.outputPath('page.html'));
	await live(page);
	const lens = cell(page, 'lens-1');
	await lens.getByRole('combobox', { name: 'colour' }).selectOption('rank');
	// The likeliest token at the end is not everywhere among those that a recording holds.
	await expect(lens).toContainText(/–: token \d+ is not among the likeliest of the cell/);
	await expect(lens.getByRole('alert')).toHaveCount(0);
	const words = await lens.getByRole('gridcell').allTextContents();
	expect(words).toContain('–');
	// At the top, at the end, it is the likeliest.
	expect(words).toContain('0');

	const crops = cell(page, 'crops-1');
	const slider = (name: RegExp) => crops.getByRole('slider', { name });
	await expect(crops.getByRole('switch', { name: /Pan & scan/ })).toBeChecked();
	await expect(crops.locator('rect.tag')).toHaveCount(4);
	await expect(slider(/min crop size/)).toHaveValue('224');
	// Moved to what it was and to less: the crops follow from what ran, not from other settings.
	await slider(/max crops/).fill('2');
	await expect(crops.locator('rect.tag')).toHaveCount(2);
	await expect(crops).toContainText('What no cell sets is as it was when the prompt ran.');
	await crops.getByRole('button', { name: 'reset' }).click();
	await expect(crops.locator('rect.tag')).toHaveCount(4);
	expect(complaints).toEqual([]);
});

test('the picture of a prompt is drawn from the document, with what a row gives it', async ({
	page
}, info) => {
	await open(page, info.outputPath('page.html'));
	await live(page);
	const picture = cell(page, 'picture-1');
	const pad = picture.getByRole('grid', { name: /^Attention of row 132 over picture 1/ });
	await expect(pad.locator('canvas').first()).toHaveAttribute('data-drawn', 'yes');
	await pad.focus();
	await pad.press('PageDown');
	await expect(picture).toContainText(/Who looks at it\?.*the 8 rows that give it most/);
	await expect(cell(page, 'crops-1')).toContainText('4 crops');
	await expect(cell(page, 'crops-1').locator('canvas[data-drawn="yes"]')).toHaveCount(6);
});

for (const colorScheme of ['light', 'dark'] as const) {
	test(`an exported page is accessible and nothing is wider than it, ${colorScheme}`, async ({
		page
	}, info) => {
		await page.emulateMedia({ colorScheme });
		await open(page, info.outputPath('page.html'));
		await live(page);
		await expect(page.getByRole('status').filter({ hasText: /Reading/ })).toHaveCount(0);
		const { violations } = await new AxeBuilder({ page }).analyze();
		expect(
			violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 200))])
		).toEqual([]);
		await page.setViewportSize({ width: 390, height: 844 });
		await expect
			.poll(() => page.evaluate(() => document.documentElement.scrollWidth))
			.toBeLessThanOrEqual(390);
	});
}

test('without scripts the pictures stand in their places', async ({ browser }, info) => {
	const png = Uint8Array.from(await readFile('static/examples/red-circle.png'));
	const page = await browser.newPage({ javaScriptEnabled: false });
	const content = await exportHtml(notebook, {
		renderProse: (text) => renderMarkdown(text),
		pictures: new Map([['matrix-1', png]]),
		viewer: 'never run'
	});
	const path = info.outputPath('plain.html');
	await writeFile(path, content);
	await page.goto(`file://${path}`);
	await expect(cell(page, 'matrix-1').getByRole('img', { name: 'Where it looks' })).toBeVisible();
	await expect(page.getByText('What is the capital of Spain?')).toBeVisible();
	await page.close();
});

test('a page whose data is damaged says so and keeps its pictures', async ({ page }, info) => {
	const damaged = html.replace(/%% attention matrix-1/, '%% attention matrix-1 twice');
	await open(page, info.outputPath('damaged.html'), damaged);
	await expect(page.getByRole('status')).toContainText('cannot be made live here');
	await expect(page.locator('html')).not.toHaveAttribute('data-viewer');
});
