import type { AttentionMask } from './attentionMask.js';
import type { ImageBlock } from './imageBlocks.js';
import type { MaskPicture } from './maskText.js';

export interface MaskSvgOptions {
	readonly title: string;
	readonly slidingWindow: number;
	readonly blocks: readonly ImageBlock[];
}

const cell = 10;
const font = 7.5;
const characterWidth = 4.6;
const longestLabel = 20;
const gap = 24;
const titleHeight = 44;
const maxWidth = 2000;
const paper = '#fcfcfa';
const ink = '#1b1c1e';
const rule = '#e4e3de';
const cellColor = '#1b275e';
const imageColor = '#a92a79';
const imagePaper = '#f4dcea';

/**
 * Both masks side by side as a free-standing SVG document: queries down, keys across, each labelled
 * with index and token. Image blocks are hatched; the global pane has a solid edge, the local one a
 * dotted edge. One path a colour and pane, so its size grows with the tokens, not with the cells.
 */
export function toMaskSvg(picture: MaskPicture, options: MaskSvgOptions): string {
	const { tokens } = picture;
	const labels = tokens.map((token, position) => `${position} ${toLabel(token)}`);
	const labelSize = Math.max(...labels.map((label) => [...label].length)) * characterWidth + 6;
	const side = tokens.length * cell;
	const width = labelSize + 2 * side + 3 * gap;
	const height = titleHeight + labelSize + side + gap;
	const scale = Math.min(1, maxWidth / width);
	const top = titleHeight + labelSize;
	const panes = [
		{
			x: gap + labelSize,
			mask: picture.full_attention,
			name: 'full_attention: global layers',
			edge: 'stroke="#9a6007"'
		},
		{
			x: 2 * gap + labelSize + side,
			mask: picture.sliding_attention,
			name: `sliding_attention: local layers, window ${options.slidingWindow}`,
			edge: 'stroke="#0c776d" stroke-dasharray="1 2"'
		}
	];
	const rowLabels = labels.map((label, row) =>
		text(gap + labelSize - 4, top + (row + 0.75) * cell, label, isImage(picture, row), 'end')
	);
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${round(width * scale)}" height="${round(height * scale)}" viewBox="0 0 ${round(width)} ${round(height)}" role="img" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="${font}">`,
		`<title>${escapeXml(options.title)}</title>`,
		`<desc>Rows are queries, columns are keys. A filled cell is open; image blocks are hatched.</desc>`,
		`<rect width="100%" height="100%" fill="${paper}"/>`,
		`<text x="${gap}" y="18" font-size="11" font-weight="600" fill="${ink}">${escapeXml(options.title)}</text>`,
		`<g>${rowLabels.join('')}</g>`,
		...panes.flatMap(({ x, mask, name, edge }) => [
			`<g transform="translate(${round(x)} ${round(top)})">`,
			`<text x="0" y="${round(-labelSize - 6)}" font-size="9" fill="${ink}">${escapeXml(name)}</text>`,
			...labels.map((label, column) => columnLabel(column, label, isImage(picture, column))),
			...cells(picture, mask, options.blocks),
			`<path d="${grid(tokens.length)}" stroke="${rule}" stroke-width="0.5" fill="none"/>`,
			`<rect width="${side}" height="${side}" fill="none" stroke-width="1.2" ${edge}/>`,
			'</g>'
		]),
		'</svg>'
	].join('\n');
}

function cells(
	{ tokens, blockOf }: MaskPicture,
	mask: AttentionMask,
	blocks: readonly ImageBlock[]
): string[] {
	const { length } = tokens;
	const plain: string[] = [];
	const closedInBlock: string[] = [];
	for (let row = 0; row < length; row++) {
		const block = blocks[blockOf[row]];
		const open = mask.open.subarray(row * length, (row + 1) * length);
		for (let start = 0, end = 0; start < length; start = end) {
			const isInside = (key: number) =>
				block !== undefined && key >= block.start && key < block.end;
			const inside = isInside(start);
			while (end < length && open[end] === open[start] && isInside(end) === inside) end++;
			const run = `M${start * cell} ${row * cell}h${(end - start) * cell}v${cell}h${(start - end) * cell}z`;
			if (open[start] === 1 && !inside) plain.push(run);
			if (open[start] === 0 && inside) closedInBlock.push(run);
		}
	}
	const squares = blocks.map(({ start, end }) => {
		const side = (end - start) * cell;
		return `M${start * cell} ${start * cell}h${side}v${side}h${-side}z`;
	});
	return [
		`<path d="${plain.join('')}" fill="${cellColor}" stroke="${paper}" stroke-width="0.5"/>`,
		...(blocks.length > 0
			? [
					`<path d="${squares.join('')}" fill="${imagePaper}"/>`,
					`<path d="${blocks.map(hatch).join('')}" stroke="${imageColor}" stroke-width="0.8" fill="none"/>`,
					`<path d="${closedInBlock.join('')}" fill="${paper}"/>`,
					`<path d="${squares.join('')}" stroke="${imageColor}" fill="none"/>`
				]
			: [])
	];
}

/** Diagonals across the square of a block. */
function hatch({ start, end }: ImageBlock): string {
	const side = (end - start) * cell;
	const from = start * cell;
	const lines: string[] = [];
	for (let offset = cell / 2; offset < 2 * side; offset += cell / 2) {
		const low = Math.max(0, offset - side);
		const high = Math.min(offset, side);
		lines.push(`M${from + low} ${from + high}L${from + high} ${from + low}`);
	}
	return lines.join('');
}

function grid(length: number): string {
	const lines = Array.from({ length: length + 1 }, (_, index) => index * cell);
	return lines.map((at) => `M0 ${at}H${length * cell}M${at} 0V${length * cell}`).join('');
}

function text(
	x: number,
	y: number,
	label: string,
	image: boolean,
	anchor: 'start' | 'end'
): string {
	const fill = image ? imageColor : ink;
	return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" fill="${fill}" xml:space="preserve">${escapeXml(label)}</text>`;
}

function columnLabel(column: number, label: string, image: boolean): string {
	const x = (column + 0.75) * cell;
	return `<g transform="translate(${x} -4) rotate(-90)">${text(0, 0, label, image, 'start')}</g>`;
}

function isImage({ blockOf }: MaskPicture, position: number): boolean {
	return blockOf[position] >= 0;
}

/** Line breaks made visible, and long tokens cut. */
function toLabel(token: string): string {
	const visible = token.replaceAll('\n', '⏎').replaceAll('\t', '→');
	const characters = [...visible];
	return characters.length > longestLabel
		? `${characters.slice(0, longestLabel - 1).join('')}…`
		: visible;
}

/** Escapes markup, and replaces what XML cannot hold at all. */
function escapeXml(text: string): string {
	return text
		.toWellFormed()
		.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
		.replaceAll('&', '&amp;')
		.replaceAll('<', '&lt;')
		.replaceAll('>', '&gt;')
		.replaceAll('"', '&quot;');
}

function round(value: number): number {
	return Math.round(value * 100) / 100;
}
