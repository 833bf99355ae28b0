import { mount, unmount } from 'svelte';
import type { CellOutputProps } from './cellOutput.js';
import PictureStage from './PictureStage.svelte';
import { toPng } from '$lib/components/download.js';
import { PictureOffers } from '$lib/state/PictureOffers.js';
import { stackSvgs } from '$lib/views/stackSvg.js';

/** How long a cell's numbers may take, milliseconds. */
const patienceMs = 20_000;

/** CSS pixels that the figures have. */
const width = 640;

/**
 * What a cell shows when nothing is pointed at, as a PNG file on light paper: for exports, where
 * scripts may not run. It is drawn beside the page, so that the cell need not be in sight.
 *
 * @returns null if the cell shows no picture: nothing has run, or the numbers cannot be had
 */
export async function drawCellPicture(
	output: CellOutputProps,
	signal?: AbortSignal
): Promise<Uint8Array<ArrayBuffer> | null> {
	const target = document.createElement('div');
	target.style.cssText = `position: fixed; top: 0; left: -10000px; width: ${width}px`;
	target.inert = true;
	document.body.append(target);
	const offers = new PictureOffers();
	const stage = mount(PictureStage, {
		target,
		props: { output: { ...output, onsettings: null, stale: false }, offers }
	});
	try {
		const until = performance.now() + patienceMs;
		do {
			if (performance.now() > until) return null;
			await nextTask();
			signal?.throwIfAborted();
		} while (!isDrawn(target));
		const svgs = offers.toSvgs();
		if (svgs.length === 0) return null;
		return new Uint8Array(await (await toPng(stackSvgs(svgs), 2)).arrayBuffer());
	} finally {
		await unmount(stage);
		target.remove();
	}
}

/** Nothing says that it is still being read, and every picture file is on its canvas. */
function isDrawn(target: HTMLElement): boolean {
	const waits = [...target.querySelectorAll('[role="status"]')].some(
		({ textContent }) => textContent.trim() !== ''
	);
	return !waits && target.querySelector('canvas[data-drawn="no"]') === null;
}

/** Timers run in a hidden tab too, where frames do not. */
function nextTask(): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, 20));
}
