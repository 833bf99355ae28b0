import type { Locator } from '@playwright/test';

/** The pixels of a figure's first canvas as text, to tell whether the picture changed. */
export function pixelsOf(figure: Locator): Promise<string> {
	const canvas = figure.locator('canvas').first();
	return canvas.evaluate((element: HTMLCanvasElement) => element.toDataURL());
}
