import { expect, test } from 'vitest';
import { lightPalette } from '../../../src/lib/views/palette.js';
import { toPictureSvg } from '../../../src/lib/views/pictureSvg.js';

const part = {
	picture: { width: 400, height: 100 },
	href: 'data:image/png;base64,AAAA',
	palette: lightPalette,
	title: 'Pan & scan of <b>.png',
	description: 'one "sentence"'
};

test('a picture, its boxes and its heat lie in the places of the source', () => {
	const box = { x: 100, y: 0, width: 100, height: 100 };
	const cell = { ...box, weight: 0.5, key: 3 };
	const svg = toPictureSvg([
		{
			...part,
			boxes: [{ box, label: 'crop 2' }],
			heat: { map: { cells: [cell], largest: 0.5, total: 0.5 }, largest: 0.5, opacity: 0.4 }
		}
	]);
	expect(svg).toContain('<image href="data:image/png;base64,AAAA" width="560" height="140"');
	expect(svg).toContain('<rect x="140" y="0" width="140" height="140" fill="none"');
	expect(svg).toMatch(
		/<rect x="140" y="0" width="140" height="140" shape-rendering.*fill-opacity="0\.8500"/
	);
	expect(svg).toContain('opacity="0.4"');
});

test('names are escaped, and a picture left out is an outline', () => {
	const svg = toPictureSvg([{ ...part, href: null }]);
	expect(svg).toContain('Pan &#38; scan of &#60;b&#62;.png');
	expect(svg).not.toContain('<image');
});

test('several pictures stand one below the other', () => {
	const svg = toPictureSvg([part, part]);
	const [, height] = /height="(\d+)"/.exec(svg)!;
	expect(Number(height)).toBe(2 * (140 + 22 + 24));
	expect(svg).toContain('<g transform="translate(0 186)">');
});
