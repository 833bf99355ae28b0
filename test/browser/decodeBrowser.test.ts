import { describe, expect, test } from 'vitest';
import { decodeImageInBrowser } from '../../src/lib/images/decodeBrowser.js';
import { ImageError } from '../../src/lib/images/rgb.js';
import expected from '../fixtures/images/expected-native.json';
import expectedPng from '../fixtures/images/expected.json';

const files = import.meta.glob<string>('../fixtures/images/*.{png,jpg,gif,webp,bmp}', {
	eager: true,
	query: '?url',
	import: 'default'
});

async function read(name: string): Promise<Blob> {
	const response = await fetch(files[`../fixtures/images/${name}`]);
	return new Blob([await response.arrayBuffer()]);
}

function bytesOf(hex: string): Uint8Array {
	return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

const difference = (a: Uint8Array, b: Uint8Array) =>
	a.reduce((largest, value, index) => Math.max(largest, Math.abs(value - b[index])), 0);

describe('decodeImageInBrowser', () => {
	test('reads what Pillow reads: lossless kinds exactly, lossy ones within two grey levels', async () => {
		for (const [name, { width, height, rgb }] of Object.entries(expected)) {
			const { image } = await decodeImageInBrowser(await read(name));
			expect([image.width, image.height], name).toEqual([width, height]);
			const largest = difference(image.data, bytesOf(rgb));
			console.log(`${name}: differs by up to ${largest}`);
			const isLossy = /jpg|lossy|animated\.webp/.test(name);
			expect(largest, name).toBeLessThanOrEqual(isLossy ? 2 : 0);
		}
	});

	test('reads a transparent PNG exactly, hidden colours included', async () => {
		for (const name of ['rgba.png', 'palette-transparent.png', 'rgb-16.png'] as const) {
			const { image } = await decodeImageInBrowser(await read(name));
			expect(difference(image.data, bytesOf(expectedPng[name])), name).toBe(0);
		}
	});

	test('says that the first frame of an animation is used', async () => {
		const { notices } = await decodeImageInBrowser(await read('animated.gif'));
		expect(notices).toEqual(['This GIF is animated: its first frame is used.']);
	});

	test('refuses damaged files and files that are cut short, with a sentence', async () => {
		const scan = new Uint8Array(await (await read('picture.jpg')).arrayBuffer()).fill(0, 20);
		await expect(decodeImageInBrowser(new Blob([scan]))).rejects.toThrow(ImageError);
		for (const name of Object.keys(expected)) {
			const bytes = new Uint8Array(await (await read(name)).arrayBuffer());
			const short = new Blob([bytes.slice(0, name.startsWith('animated') ? 100 : -20)]);
			await expect(decodeImageInBrowser(short), name).rejects.toThrow(ImageError);
		}
	});

	test('never runs or loads an SVG', async () => {
		const marker = 'svgWasRun';
		const svg = `<svg xmlns="http://www.w3.org/2000/svg" onload="globalThis.${marker}=1">
			<script>globalThis.${marker}=1</script><image href="/svg-was-loaded.png"/></svg>`;
		const blob = new Blob([svg], { type: 'image/png' });
		await expect(decodeImageInBrowser(blob)).rejects.toThrow('This is an SVG drawing');
		await new Promise((resolve) => setTimeout(resolve, 100));
		expect(marker in globalThis).toBe(false);
		const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
		expect(loaded.filter((name) => name.includes('svg-was-loaded'))).toEqual([]);
	});
});
