import { readFileSync } from 'node:fs';
import { encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { decodeImage } from '../../../src/lib/images/decode.js';
import { readImageHeader } from '../../../src/lib/images/imageHeader.js';
import { applyOrientation, readOrientation } from '../../../src/lib/images/orientation.js';
import { ImageError, toRgb } from '../../../src/lib/images/rgb.js';
import { noise } from '../../support/noise.js';

const folder = new URL('../../fixtures/images/', import.meta.url);
const read = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
const expected = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as Record<
	string,
	string
>;
const utf8 = (text: string) => new TextEncoder().encode(text);

async function errorOf(bytes: Uint8Array, options = {}): Promise<string> {
	const error: unknown = await decodeImage(bytes, options).then(
		() => null,
		(reason: unknown) => reason
	);
	expect(error).toBeInstanceOf(ImageError);
	return (error as ImageError).message;
}

describe('decodeImage', () => {
	test('reads every kind of PNG as Pillow converts it to RGB', async () => {
		const names = Object.keys(expected);
		expect(names.length).toBeGreaterThan(20);
		for (const name of names) {
			const { image, format } = await decodeImage(read(name));
			expect(format).toBe('png');
			expect(image.data.length).toBe(image.width * image.height * 3);
			expect(Buffer.from(image.data).toString('hex'), name).toBe(expected[name]);
		}
	});

	test('stands a picture upright by its EXIF orientation', async () => {
		const sizes = await Promise.all(
			[1, 3, 6, 8].map(
				async (number) => (await decodeImage(read(`orientation-${number}.png`))).image
			)
		);
		expect(sizes.map(({ width, height }) => [width, height])).toEqual([
			[9, 5],
			[9, 5],
			[5, 9],
			[5, 9]
		]);
	});

	test('reads a PNG that lies inside a larger buffer', async () => {
		const file = read('rgb.png');
		const buffer = new Uint8Array(file.length + 100).fill(7);
		buffer.set(file, 50);
		const { image } = await decodeImage(buffer.subarray(50, 50 + file.length));
		expect(Buffer.from(image.data).toString('hex')).toBe(expected['rgb.png']);
	});

	test('takes the still picture of an animated PNG, and says so', async () => {
		const { notices } = await decodeImage(read('animated.png'));
		expect(notices).toEqual(['This PNG is animated: its first frame is used.']);
		expect((await decodeImage(read('rgb.png'))).notices).toEqual([]);
	});

	test('gives everything else to the decoder of the browser, with its notices', async () => {
		const received: string[] = [];
		const decodeNative = async (bytes: Uint8Array, mediaType: string) => {
			received.push(`${mediaType} ${bytes.length}`);
			return { width: 1, height: 1, data: Uint8ClampedArray.of(10, 20, 30, 128) };
		};
		const animated = await decodeImage(read('animated.gif'), { decodeNative });
		expect(received).toEqual(['image/gif 546']);
		expect(animated.image).toEqual({ width: 1, height: 1, data: Uint8Array.of(10, 20, 30) });
		expect(animated.notices).toEqual([
			'This GIF is animated: its first frame is used.',
			'The picture has transparent parts: their colour is what the browser makes of it.'
		]);
		await decodeImage(read('picture.jpg'), { decodeNative });
		await decodeImage(read('lossless.webp'), { decodeNative });
		await decodeImage(read('picture.bmp'), { decodeNative });
		expect(received.slice(1).map((item) => item.split(' ')[0])).toEqual([
			'image/jpeg',
			'image/webp',
			'image/bmp'
		]);
	});

	test('says that only PNG can be read where there is no other decoder', async () => {
		expect(await errorOf(read('picture.jpg'))).toBe(
			'Only PNG can be read here, and this is a JPEG: convert it to PNG.'
		);
	});

	test('refuses what is no picture, an empty file and kinds that are not read', async () => {
		expect(await errorOf(new Uint8Array())).toBe('This file is empty.');
		expect(await errorOf(utf8('Dear diary'))).toContain('This is not a picture that can be read');
		expect(await errorOf(utf8('<html><body>'))).toContain('This is not a picture that can be read');
		expect(await errorOf(read('picture.tif'))).toContain(
			'This is a TIFF picture, which is not read'
		);
		const heic = utf8('\0\0\0\x18ftypheic\0\0\0\0mif1heic');
		expect(await errorOf(heic)).toContain('This is a HEIC picture, which is not read');
	});

	test('refuses an SVG without looking into it, however it begins', async () => {
		const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
		const openings = [
			'',
			'\ufeff',
			'  \n',
			'<?xml version="1.0"?>',
			'<!-- hello -->',
			'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://example.com/svg11.dtd">'
		];
		const decodeNative = () => Promise.reject(new Error('an SVG was decoded'));
		for (const opening of openings) {
			expect(await errorOf(utf8(opening + svg), { decodeNative })).toContain(
				'This is an SVG drawing. It may hold scripts and outside references, so it is not opened'
			);
		}
		const prefixed = '<s:svg xmlns:s="http://www.w3.org/2000/svg"/>';
		expect(await errorOf(utf8(prefixed), { decodeNative })).toContain('SVG');
	});

	test('refuses a PNG that is cut short, wherever it is cut', async () => {
		const file = read('rgb.png');
		for (let length = 8; length < file.length; length++) {
			expect(await errorOf(file.slice(0, length)), `${length} bytes`).toContain(
				'damaged or cut short'
			);
		}
	});

	test('refuses a PNG in which a byte of the pixels is wrong', async () => {
		const file = read('rgb.png');
		file[file.length - 40] ^= 1;
		expect(await errorOf(file)).toContain('This PNG is damaged or cut short');
	});

	test('refuses an interlaced PNG of few bits rather than reading it wrongly', async () => {
		expect(await errorOf(read('interlaced-2.png'))).toContain('interlaced with fewer than 8 bits');
	});

	test('refuses 100 megapixels by the header alone, naming the limit', async () => {
		const file = read('rgb.png');
		new DataView(file.buffer).setUint32(16, 10_000);
		new DataView(file.buffer).setUint32(20, 10_000);
		expect(await errorOf(file)).toBe(
			'This picture has 10000 × 10000 pixels, 100 megapixels. The limit is 50: scale it down first.'
		);
		expect(await errorOf(read('rgb.png'), { maxPixels: 44 })).toContain('has 9 × 5 pixels');
		expect((await decodeImage(read('rgb.png'), { maxPixels: 45 })).image.width).toBe(9);
	});

	test('reads a 1 × 1 and a 1 × 5000 picture', async () => {
		for (const [width, height] of [
			[1, 1],
			[1, 5000]
		]) {
			const data = noise(width * height * 3, 5);
			const { image } = await decodeImage(encode({ width, height, data, channels: 3 }));
			expect(image).toEqual({ width, height, data });
		}
	});

	test('reads an interlaced PNG of 8 bits', async () => {
		const data = noise(9 * 5 * 3, 5);
		const file = encode({ width: 9, height: 5, data, channels: 3 }, { interlace: 'Adam7' });
		expect((await decodeImage(file)).image.data).toEqual(data);
	});
});

describe('readImageHeader', () => {
	test('tells kind, size and animation from the first bytes', () => {
		const rows: [string, string, boolean][] = [
			['rgb.png', 'png', false],
			['animated.png', 'png', true],
			['still.gif', 'gif', false],
			['animated.gif', 'gif', true],
			['lossy.webp', 'webp', false],
			['lossless.webp', 'webp', false],
			['animated.webp', 'webp', true],
			['picture.jpg', 'jpeg', false],
			['progressive.jpg', 'jpeg', false],
			['picture.bmp', 'bmp', false]
		];
		for (const [name, format, isAnimated] of rows) {
			const header = { format, width: 9, height: 5, isAnimated };
			expect(readImageHeader(read(name)), name).toEqual(header);
		}
	});

	test('never throws on a file that is cut short', () => {
		for (const name of ['rgb.png', 'animated.gif', 'lossy.webp', 'picture.jpg', 'picture.bmp']) {
			const file = read(name);
			for (let length = 0; length <= Math.min(file.length, 200); length++) {
				expect(() => readImageHeader(file.subarray(0, length)), `${name} ${length}`).not.toThrow();
			}
		}
	});

	test('takes the largest item of an AVIF for its size', () => {
		const box = (width: number, height: number) => [
			...utf8('\0\0\0\x14ispe\0\0\0\0'),
			...[0, 0, width >> 8, width & 255, 0, 0, height >> 8, height & 255]
		];
		const file = (brand: string) =>
			Uint8Array.from([
				...utf8(`\0\0\0\x14ftyp${brand}\0\0\0\0`),
				...box(512, 512),
				...box(3000, 2000),
				...new Array<number>(20).fill(0)
			]);
		const header = { format: 'avif', width: 3000, height: 2000 };
		expect(readImageHeader(file('avif'))).toEqual({ ...header, isAnimated: false });
		expect(readImageHeader(file('avis'))).toEqual({ ...header, isAnimated: true });
	});
});

describe('toRgb', () => {
	test('returns 8-bit RGB as it is', () => {
		const data = noise(12, 1);
		expect(toRgb({ width: 2, height: 2, data }).data).toBe(data);
	});

	test('drops alpha without blending and repeats grey', () => {
		const rgba = Uint8ClampedArray.of(9, 8, 7, 0, 6, 5, 4, 255);
		expect(toRgb({ width: 2, height: 1, data: rgba }).data).toEqual(
			Uint8Array.of(9, 8, 7, 6, 5, 4)
		);
		const greyAlpha = Uint8Array.of(9, 0, 6, 255);
		expect(toRgb({ width: 2, height: 1, data: greyAlpha }).data).toEqual(
			Uint8Array.of(9, 9, 9, 6, 6, 6)
		);
	});

	test('keeps the upper byte of 16 bits', () => {
		const grey = Uint16Array.of(0x12ff, 0xff00);
		expect(toRgb({ width: 2, height: 1, data: grey }).data).toEqual(
			Uint8Array.of(0x12, 0x12, 0x12, 0xff, 0xff, 0xff)
		);
	});
});

describe('orientation', () => {
	test('turns back what a second turn turned', () => {
		const image = { width: 5, height: 3, data: noise(45, 3) };
		const inverses = [1, 2, 3, 4, 5, 8, 7, 6] as const;
		inverses.forEach((inverse, index) => {
			const orientation = inverses[inverses.indexOf((index + 1) as typeof inverse)];
			const turned = applyOrientation(
				applyOrientation(image, orientation),
				inverses[orientation - 1]
			);
			expect(turned).toEqual(image);
		});
	});

	test('is read in both byte orders, and is 1 where there is none or it makes no sense', () => {
		const little = (value: number) =>
			Uint8Array.of(0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, value, 0, 0, 0);
		const big = Uint8Array.of(
			0x4d,
			0x4d,
			0,
			42,
			0,
			0,
			0,
			8,
			0,
			1,
			1,
			0x12,
			0,
			3,
			0,
			0,
			0,
			1,
			0,
			6,
			0,
			0
		);
		expect(readOrientation(little(8))).toBe(8);
		expect(readOrientation(big)).toBe(6);
		expect(readOrientation(little(9))).toBe(1);
		expect(readOrientation(little(3).subarray(0, 15))).toBe(1);
		expect(readOrientation(new Uint8Array())).toBe(1);
	});
});
