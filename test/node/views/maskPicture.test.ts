import { expect, test } from 'vitest';
import { notch, texture } from '../../../src/lib/views/cellGrid.js';
import {
	createTraceMaskExplainer,
	openCells,
	splitReason,
	toLayerMasks
} from '../../../src/lib/views/layerMask.js';
import { describeMaskRow, editsOf, toMaskGrid } from '../../../src/lib/views/maskPicture.js';
import { lightPalette, toPixel } from '../../../src/lib/views/palette.js';
import { controlToken, createMadeTrace, softToken, textToken } from '../../support/madeTrace.js';

const words = Array.from({ length: 7 }, (_, i) => textToken(i, ` ${i}`));
const withImage = [
	controlToken(0, '<bos>'),
	softToken(1, 0),
	softToken(2, 0),
	softToken(3, 0),
	textToken(4, ' what')
];

function grid(tokens = words, layer = 0, edits: Parameters<typeof editsOf>[0] = []) {
	const trace = createMadeTrace(tokens);
	const masks = toLayerMasks({ ...trace, masks: { ...trace.masks, edits } });
	return toMaskGrid(
		{
			open: openCells(masks[layer], 'mean'),
			tokens,
			layerType: trace.model.config.textConfig.layerTypes[layer],
			promptLength: tokens.length,
			edits: editsOf(edits, layer, 'mean')
		},
		lightPalette
	);
}

test('a local layer is a band in its own colour, a global one a triangle in its own', () => {
	const local = grid(words, 0);
	const global = grid(words, 5);
	const closed = (texture_: Uint8Array) =>
		texture_.filter((value) => value === texture.closed).length;
	expect(closed(global.texture)).toBe(21); // above the diagonal of 7 × 7
	expect(closed(local.texture)).toBe(21 + 6); // and three, two and one beyond the window of 4
	expect(local.fill[0]).toBe(toPixel(lightPalette.localTile));
	expect(global.fill[0]).toBe(toPixel(lightPalette.globalTile));
});

test('cells between two tokens of one image are hatched, both ways', () => {
	const { texture: textures, fill } = grid(withImage, 0);
	const at = (query: number, key: number) => textures[query * 5 + key];
	expect([at(1, 3), at(3, 1), at(2, 2)]).toEqual([texture.hatch, texture.hatch, texture.hatch]);
	expect(at(4, 3)).toBe(texture.solid);
	expect(at(0, 1)).toBe(texture.closed);
	expect(fill[1 * 5 + 3]).toBe(toPixel(lightPalette.image));
});

test('edited cells are notched, whether they are open or closed', () => {
	const edit = {
		layer: 0,
		queries: { start: 6, end: 7 },
		keys: { start: 0, end: 1 },
		open: true
	};
	const edited = grid(words, 0, [edit]);
	expect(edited.texture[6 * 7]).toBe(texture.solid | notch);
	expect(grid(words, 1, [edit]).texture[6 * 7]).toBe(texture.closed);
	expect(grid(words, 0, [{ ...edit, keys: { start: 6, end: 7 }, open: false }]).texture[48]).toBe(
		texture.closed | notch
	);
});

test('edits of another head do not count for this one', () => {
	const edit = {
		layer: 0,
		head: 2,
		queries: { start: 0, end: 1 },
		keys: { start: 0, end: 1 },
		open: false
	};
	expect(editsOf([edit], 0, 1)).toEqual([]);
	expect(editsOf([edit], 0, 2)).toEqual([edit]);
	expect(editsOf([edit], 0, 'mean')).toEqual([edit]);
	const trace = createMadeTrace(words);
	const [mask] = toLayerMasks({ ...trace, masks: { ...trace.masks, edits: [edit] } });
	expect([openCells(mask, 1)[0], openCells(mask, 2)[0], openCells(mask, 'mean')[0]]).toEqual([
		1, 0, 1
	]);
});

test('a row is told in words', () => {
	const [local] = toLayerMasks(createMadeTrace(words));
	const open = openCells(local, 0);
	expect(describeMaskRow(open, 6, 7)).toBe('row 6 sees 4 of 7 tokens: keys 3 – 6');
	expect(describeMaskRow(open, 0, 7)).toBe('row 0 sees 1 of 7 tokens: key 0');
	expect(describeMaskRow(Uint8Array.of(1, 0, 1, 1), 0, 4)).toBe(
		'row 0 sees 3 of 4 tokens: keys 0, 2 – 3'
	);
	expect(describeMaskRow(new Uint8Array(4), 0, 2)).toBe('row 0 sees nothing');
});

test('the reason of a cell is the one of the mask rule, split for the caption', () => {
	const explain = createTraceMaskExplainer(createMadeTrace(words));
	const { verdict, because } = splitReason(explain({ layer: 0, head: 0, query: 6, key: 1 }));
	expect(verdict).toBe('closed');
	expect(because).toMatch(/^Key 1 is 5 tokens back, .*window is 4.*\.$/);
});
