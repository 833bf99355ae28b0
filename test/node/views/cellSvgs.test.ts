import { expect, test } from 'vitest';
import { toBarsSvg } from '../../../src/lib/views/barsSvg.js';
import { lightPalette as palette } from '../../../src/lib/views/palette.js';
import { stackSvgs } from '../../../src/lib/views/stackSvg.js';
import { toTokensSvg } from '../../../src/lib/views/tokensSvg.js';

const token = { label: 'Paris', kind: 'text' as const };

test('tokens go on in the next line where the width ends, or where one breaks it', () => {
	const yOf = (svg: string) =>
		[...svg.matchAll(/<rect x="[\d.]+" y="(\d+)" width="[\d.]+" height="20"/g)].map(([, y]) => +y);
	const wide = toTokensSvg({ tokens: [token, token, token], palette, title: 'T', width: 124 });
	expect(yOf(wide)).toEqual([0, 0, 26]);
	const broken = toTokensSvg({ tokens: [{ ...token, breaks: true }, token], palette, title: 'T' });
	expect(yOf(broken)).toEqual([0, 26]);
	expect(broken).toContain('height="100"');
});

test('a bar is as long as its share, a fact has none, and texts are escaped', () => {
	const svg = toBarsSvg({
		rows: [
			{ label: '<b>', share: 0.5, text: '0.500' },
			{ label: 'layers', share: null, text: '8' }
		],
		palette,
		title: 'Labels'
	});
	expect(svg.match(/width="130\.0" height="10"/g)).toHaveLength(1);
	expect(svg).toContain('&#60;b&#62;');
});

test('pictures are stacked at their heights, one alone stays as it is', () => {
	const one = '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="40">a</svg>';
	const two = '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="60">b</svg>';
	expect(stackSvgs([one])).toBe(one);
	const stacked = stackSvgs([one, two]);
	expect(stacked).toContain('width="100" height="100" viewBox="0 0 100 100"');
	expect(stacked).toContain('<svg y="40" xmlns');
	expect(() => stackSvgs([])).toThrow('no pictures');
	expect(() => stackSvgs([one, '<p>'])).toThrow('size');
});
