import { expect, test } from 'vitest';
import type { CellOutputProps } from '../../src/lib/components/notebook/outputs/cellOutput.js';
import { drawCellPicture } from '../../src/lib/components/notebook/outputs/drawCellPicture.js';
import { toCell, type CellInput } from '../../src/lib/notebook/notebook.js';
import type { Classification } from '../../src/lib/trace/classification.js';
import { createMadeTrace, madeConfig, textToken } from '../support/madeTrace.js';

const trace = createMadeTrace(
	['The', ' cat', ' sat', ' on', ' it'].map((text, i) => textToken(i, text))
);

function toProps(input: CellInput, more: Partial<CellOutputProps> = {}): CellOutputProps {
	return {
		cell: toCell(input) as CellOutputProps['cell'],
		trace,
		prompt: null,
		other: null,
		classification: null,
		config: madeConfig,
		panAndScan: null,
		pictures: [],
		stale: false,
		onsettings: null,
		...more
	};
}

/** Size of a PNG file in pixels, and how many colours it has, at most 64. */
async function look(png: Uint8Array<ArrayBuffer> | null) {
	const bitmap = await createImageBitmap(new Blob([png!], { type: 'image/png' }));
	const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
	context.drawImage(bitmap, 0, 0);
	const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
	const colors = new Set<number>();
	const pixels = new Uint32Array(data.buffer);
	for (let i = 0; i < pixels.length && colors.size < 64; i++) colors.add(pixels[i]);
	return { width: bitmap.width, height: bitmap.height, colors: colors.size };
}

const source = 'ask';
const pictured: readonly CellInput[] = [
	{ id: 'a', kind: 'prompt' },
	{ id: 'b', kind: 'tokens', source },
	{ id: 'c', kind: 'mask', source },
	{ id: 'd', kind: 'slidingWindow', source },
	{ id: 'e', kind: 'attention', source },
	{ id: 'f', kind: 'attention', source, settings: { view: 'lines' } },
	{ id: 'g', kind: 'attention', source, settings: { view: 'heads' } },
	{ id: 'h', kind: 'configuration' },
	{ id: 'i', kind: 'comparison', source, settings: { other: 'b' } },
	{ id: 'j', kind: 'classification', source }
];

const classification: Classification = {
	token: trace.tokens[4],
	scoreFunction: 'softmax',
	labels: [
		{ label: 'calm', logit: -0.5, probability: 0.18 },
		{ label: 'glad', logit: 1, probability: 0.82 }
	]
};

test('a cell with something to show becomes a picture, and leaves nothing on the page', async () => {
	const before = document.body.childElementCount;
	for (const input of pictured) {
		const png = await drawCellPicture(toProps(input, { other: trace, classification }));
		expect(png, `${input.id} ${input.kind}`).not.toBeNull();
		const { width, height, colors } = await look(png);
		expect(width, input.kind).toBeGreaterThan(200);
		expect(height, input.kind).toBeGreaterThan(60);
		expect(colors, input.kind).toBeGreaterThan(4);
	}
	expect(document.body.childElementCount).toBe(before);
});

test('another head is another picture', async () => {
	const draw = (head: number) =>
		drawCellPicture(toProps({ id: 'e', kind: 'attention', source, settings: { head } }));
	const [first, again, second] = [await draw(0), await draw(0), await draw(3)];
	expect(first).toEqual(again);
	expect(first).not.toEqual(second);
});

test('a cell that waits for its prompt, or has no picture to look at, gives none', async () => {
	const waiting = { id: 'e', kind: 'attention', source } as const;
	expect(await drawCellPicture(toProps(waiting, { trace: null }))).toBeNull();
	expect(await drawCellPicture(toProps({ id: 'k', kind: 'imageAttention', source }))).toBeNull();
	const stopped = drawCellPicture(toProps(waiting), AbortSignal.abort());
	await expect(stopped).rejects.toThrow(/abort/i);
});
