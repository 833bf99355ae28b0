import { expect, test } from 'vitest';
import {
	AttentionMaskVisualizer,
	type AttentionMaskVisualizerOptions,
	type MaskPromptEncoder
} from '../../../src/lib/gemma3/attentionMaskVisualizer.js';
import { toMaskPromptEncoder } from '../../../src/lib/gemma3/maskPromptEncoder.js';
import { parseGemma3Config } from '../../../src/lib/gemma3/parseConfiguration.js';
import { Gemma3Processor } from '../../../src/lib/gemma3/processing.js';
import { createMiniTokenizer } from '../../support/tokenizers.js';

const config = (slidingWindow: number, fields: object = {}) =>
	parseGemma3Config({ model_type: 'gemma3_text', sliding_window: slidingWindow, ...fields });

/** Words and pictures of two tokens between brackets; `_` is padding. */
const words: MaskPromptEncoder = {
	encode(text) {
		const tokens = (text.match(/<img>|\S+|\n/g) ?? []).flatMap((word) =>
			word === '<img>' ? ['<b>', '<i>', '<i>', '<e>'] : [word]
		);
		return {
			tokens,
			tokenTypeIds: tokens.map((token) => Number(token === '<i>')),
			attentionMask: tokens.map((token) => Number(token !== '_'))
		};
	}
};

const visualize = (text: string, window = 3, options: AttentionMaskVisualizerOptions = {}) =>
	new AttentionMaskVisualizer(config(window), words, options).visualize(text);

test('the text has both masks side by side under their indices', () => {
	expect(visualize("<img>What's\n").text.split('\n')).toEqual([
		'###############################################',
		'##  Attention visualization for gemma3_text  ##',
		'###############################################',
		' ■: attends   ⬚: does not',
		'             Attention Matrix    Sliding Window Mask',
		'             0 1 2 3 4 5    |    0 1 2 3 4 5',
		"'<b>'   :  0 ■ ⬚ ⬚ ⬚ ⬚ ⬚    |    ■ ⬚ ⬚ ⬚ ⬚ ⬚",
		"'<i>'   :  1 ■ ■ ■ ⬚ ⬚ ⬚    |    ■ ■ ■ ⬚ ⬚ ⬚",
		"'<i>'   :  2 ■ ■ ■ ⬚ ⬚ ⬚    |    ■ ■ ■ ⬚ ⬚ ⬚",
		"'<e>'   :  3 ■ ■ ■ ■ ⬚ ⬚    |    ⬚ ■ ■ ■ ⬚ ⬚",
		'"What\'s":  4 ■ ■ ■ ■ ■ ⬚    |    ⬚ ⬚ ■ ■ ■ ⬚',
		"'\\n'    :  5 ■ ■ ■ ■ ■ ■    |    ⬚ ⬚ ⬚ ■ ■ ■",
		'###############################################'
	]);
});

test('the text says what the masks say, for many images, padding and three-digit indices', () => {
	const prompt = `_ _ ${'look <img> and <img><img> then '.repeat(9)}`;
	const { text, tokens, full_attention, sliding_attention } = visualize(prompt, 4);
	expect(tokens.length).toBeGreaterThan(100);
	const lines = text.split('\n').slice(5, -1);
	const header = lines.splice(0, 3);
	expect(lines).toHaveLength(tokens.length);
	for (const [query, line] of lines.entries()) {
		expect(line).toHaveLength(header[0].length);
		const [left, right] = line.split('    |    ');
		const cells = (pane: string) => pane.match(/[■⬚]/g)!.map((mark) => Number(mark === '■'));
		const row = [query * tokens.length, (query + 1) * tokens.length];
		expect(cells(left)).toEqual([...full_attention.open.subarray(...row)]);
		expect(cells(right)).toEqual([...sliding_attention.open.subarray(...row)]);
		const indices = header.map(
			(digits) => digits[left.indexOf(left.match(/[■⬚]/)![0]) + 2 * query]
		);
		expect(Number(indices.join(''))).toBe(query);
	}
});

test('adjacent images are one block, as in the reference, and separate ones do not see each other', () => {
	const { full_attention } = visualize('<img><img>');
	expect(full_attention.open.slice(8, 16)).toEqual(Uint8Array.of(1, 1, 1, 0, 0, 0, 0, 0));
	expect(full_attention.open.slice(5 * 8, 6 * 8)).toEqual(Uint8Array.of(1, 1, 1, 1, 1, 1, 1, 0));
	const joined = new AttentionMaskVisualizer(config(3), {
		encode: () => ({ tokens: ['<i>', '<i>', '<i>'], tokenTypeIds: [1, 1, 1] })
	}).visualize('');
	expect([...joined.full_attention.open]).toEqual(Array(9).fill(1));
});

test('colours are those of the reference, and only on request', () => {
	expect(visualize('a <img>').text).not.toContain('\u001b');
	const lines = visualize('a <img>', 3, { ansi: true, name: 'mini' }).text.split('\n');
	expect(lines[1]).toBe('##  Attention visualization for mini  ##');
	expect(lines[3]).toBe(
		' \u001b[92m■\u001b[0m: i == j (diagonal)   \u001b[93m■\u001b[0m: token_type_ids'
	);
	const seen = lines.map((line) =>
		line.replaceAll('\u001b[92m', 'G').replaceAll('\u001b[93m', 'Y').replaceAll('\u001b[0m', '.')
	);
	expect(seen[5]).toBe('          0 1 Y2. Y3. 4    |    0 1 Y2. Y3. 4');
	expect(seen[6]).toBe("'a'  :  0 G■. ⬚ ⬚ ⬚ ⬚    |    G■. ⬚ ⬚ ⬚ ⬚");
	expect(seen[8]).toBe("Y'<i>'.:  2 ■ ■ Y■. Y■. ⬚    |    ■ ■ Y■. Y■. ⬚");
});

test('a model that attends both ways is shown so', () => {
	const both = config(6, { use_bidirectional_attention: true });
	const { full_attention, text } = new AttentionMaskVisualizer(both, words).visualize('a b c');
	expect([...full_attention.open]).toEqual(Array(9).fill(1));
	expect(text).toContain("'a':  0 ■ ■ ■    |    ■ ■ ■");
});

/** Reads a document tag by tag, and refuses what is not well formed. */
function readTags(svg: string): string[] {
	const tags: string[] = [];
	const stack: string[] = [];
	const token = /<(\/?)([a-z]+)((?: [\w:-]+="[^"<]*")*)(\/?)>|([^<>]+)/giy;
	while (token.lastIndex < svg.length) {
		const at = token.lastIndex;
		const match = token.exec(svg);
		if (!match) throw new Error(`not well formed at ${at}: ${svg.slice(at, at + 40)}`);
		const [whole, end, name, attributes, selfClosing] = match;
		if (/&(?!(amp|lt|gt|quot);)/.test(whole)) throw new Error(`a bare & in ${whole}`);
		if (name === undefined) continue;
		const names = [...attributes.matchAll(/ ([\w:-]+)=/g)].map(([, attribute]) => attribute);
		if (new Set(names).size < names.length) throw new Error(`an attribute twice in ${whole}`);
		tags.push(whole);
		if (end) expect(stack.pop()).toBe(name);
		else if (!selfClosing) stack.push(name);
	}
	expect(stack).toEqual([]);
	return tags;
}

test('the SVG is well formed whatever the tokens hold', () => {
	const tokens = [
		'<b>',
		'&',
		'"',
		"'",
		'\u0000',
		'\n',
		']]>',
		'\ud800',
		'\ufffe',
		'💎',
		'x'.repeat(99)
	];
	const { svg } = new AttentionMaskVisualizer(
		config(3),
		{ encode: () => ({ tokens, tokenTypeIds: tokens.map((_, index) => Number(index % 4 > 1)) }) },
		{ name: '<script>&' }
	).visualize('');
	expect(readTags(svg)[0]).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" /);
	expect(svg).toContain('Attention visualization for &lt;script&gt;&amp;');
	expect(svg).toContain('>9 💎</text>');
	expect(svg).toContain('>5 ⏎</text>');
	// eslint-disable-next-line no-control-regex
	expect(svg).not.toMatch(/[\u0000\ufffe]|<script/);
	expect(svg).not.toMatch(/href|url\(|@import|<style/);
});

/** Cells of an SVG path made of rectangles along one row each. */
function readCells(path: string): Set<string> {
	const cells = new Set<string>();
	for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v10h-\d+z/g)) {
		for (let at = Number(x); at < Number(x) + Number(width); at += 10) {
			cells.add(`${Number(y) / 10},${at / 10}`);
		}
	}
	return cells;
}

test('the SVG fills the open cells, hatches the images and labels rows and columns', () => {
	const { svg, tokens, tokenTypeIds, ...masks } = visualize('a <img> b <img>', 2);
	const tags = readTags(svg);
	const paths = (fill: string) =>
		tags
			.filter((tag) => tag.includes(`fill="${fill}"`))
			.map((tag) => / d="([^"]*)"/.exec(tag)?.[1]);
	for (const [pane, mask] of [masks.full_attention, masks.sliding_attention].entries()) {
		const plain = readCells(paths('#1b275e')[pane]!);
		const closed = readCells(paths('#fcfcfa').filter((path) => path !== undefined)[pane]!);
		for (let cell = 0; cell < mask.open.length; cell++) {
			const query = Math.floor(cell / tokens.length);
			const key = cell % tokens.length;
			const isImage = tokenTypeIds
				.slice(Math.min(query, key), Math.max(query, key) + 1)
				.every((type) => type === 1);
			const name = `${query},${key}`;
			expect([name, plain.has(name)]).toEqual([name, mask.open[cell] === 1 && !isImage]);
			expect([name, closed.has(name)]).toEqual([name, mask.open[cell] === 0 && isImage]);
		}
	}
	for (const [position, token] of tokens.entries()) {
		const label = `>${position} ${token.replace('<', '&lt;').replace('>', '&gt;')}</text>`;
		// Rows once, and columns in either pane.
		expect(svg.split(label)).toHaveLength(4);
	}
	expect(svg).toContain('window 2</text>');
	expect(svg).toContain('stroke-dasharray');
});

test('the SVG of a long prompt stays small', () => {
	const length = 2000;
	const { svg } = new AttentionMaskVisualizer(config(512), {
		encode: () => ({
			tokens: Array<string>(length).fill('word'),
			tokenTypeIds: Array.from({ length }, (_, index) => Number(index % 300 > 43))
		})
	}).visualize('');
	console.log(`${length} tokens, ${(svg.length / 1024).toFixed()} KiB`);
	expect(svg.length).toBeLessThan(2 ** 20 * 2);
	expect(Number(/ width="([\d.]+)"/.exec(svg)![1])).toBeLessThanOrEqual(2000);
});

test('an empty prompt is refused', () => {
	expect(() => visualize('')).toThrow('queryLength is 0');
});

test('the processor makes the prompt: images, crops, and no picture needed', () => {
	const mini = { mmTokensPerImage: 4, visionConfig: {} };
	const processor = new Gemma3Processor({
		tokenizer: createMiniTokenizer(),
		chatTemplate: null,
		config: { ...mini, textConfig: { maxPositionEmbeddings: 512, padTokenId: 0 } }
	});
	const visualizer = new AttentionMaskVisualizer(config(8), toMaskPromptEncoder(processor));
	const plain = visualizer.visualize('<img>What is shown in this image?');
	expect(plain.tokens[0]).toBe('<bos>');
	expect(plain.tokens.filter((token) => token === '<image_soft_token>')).toHaveLength(4);
	expect(plain.tokenTypeIds.reduce((a, b) => a + b)).toBe(4);
	expect(plain.text).toContain("'<image_soft_token>'");
	expect(visualizer.visualize('Hello').tokenTypeIds.every((type) => type === 0)).toBe(true);
	const crops = visualizer.visualize('<img> or <img>?', { numCrops: [2, 0] });
	expect(crops.tokenTypeIds.reduce((a, b) => a + b)).toBe(16);
	for (const numCrops of [[], [0, 0]]) {
		expect(() => visualizer.visualize('<img>', { numCrops })).toThrow(
			`Prompt contained 1 image tokens but received ${numCrops.length} images.`
		);
	}
});
