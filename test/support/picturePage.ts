import { readFile } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';

/** A file to give to the page. */
export interface GivenFile {
	readonly name: string;
	readonly mimeType: string;
	readonly buffer: Buffer;
}

/** The page with the model ready and its own result in place of the recorded one. */
export async function openLive(page: Page): Promise<void> {
	await page.goto('/');
	await expect(page.locator('header .light.ready')).toBeVisible({ timeout: 60_000 });
	await expect(page.getByText('recorded', { exact: true })).toBeHidden({ timeout: 30_000 });
}

/** A picture that comes with the page. */
export async function sample(name: string): Promise<GivenFile> {
	const buffer = await readFile(`static/examples/${name}`);
	return { name, mimeType: 'image/png', buffer };
}

export const prompt = (page: Page) => page.getByRole('textbox', { name: 'Prompt' });

/** Adds pictures by the file dialog. */
export async function addFiles(page: Page, ...files: readonly GivenFile[]): Promise<void> {
	await page.locator('input[type=file]').setInputFiles([...files]);
}

/** A file held by the page's own kind of event, as dragging or pasting brings it. */
export function toDataTransfer(page: Page, { name, mimeType, buffer }: GivenFile) {
	return page.evaluateHandle(
		({ name, mimeType, base64 }) => {
			const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
			const transfer = new DataTransfer();
			transfer.items.add(new File([bytes], name, { type: mimeType }));
			return transfer;
		},
		{ name, mimeType, base64: buffer.toString('base64') }
	);
}

/** Drops a file on the prompt. */
export async function dropFile(page: Page, file: GivenFile): Promise<void> {
	const dataTransfer = await toDataTransfer(page, file);
	await prompt(page).dispatchEvent('dragover', { dataTransfer });
	await prompt(page).dispatchEvent('drop', { dataTransfer });
}

/** Waits until the shown trace has the prompt's pictures: so many soft tokens. */
export async function expectSoftTokens(page: Page, count: number): Promise<void> {
	await expect(page.getByText(new RegExp(`tokens, ${count} of pictures`))).toBeVisible({
		timeout: 30_000
	});
	await expect(page.getByText('stale', { exact: true })).toBeHidden();
}

/** The picture with attention painted over it. */
export const heatmap = (page: Page) =>
	page.getByRole('grid', { name: /^Attention of row \d+ over/ });

/** Opacity, 0 to 255, of the heat map in the middle of each cell of an even grid, row-major. */
export function heatAlphas(page: Page, side: number): Promise<number[]> {
	return heatmap(page)
		.first()
		.locator('canvas.heat')
		.evaluate((canvas: HTMLCanvasElement, side) => {
			const { width, height } = canvas;
			const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
			return Array.from({ length: side * side }, (_, i) => {
				const x = Math.floor((((i % side) + 0.5) / side) * width);
				const y = Math.floor(((Math.floor(i / side) + 0.5) / side) * height);
				return data[(y * width + x) * 4 + 3];
			});
		}, side);
}
