import { expect, test } from 'vitest';
import { createAttachment } from '../../../src/lib/notebook/attachments.js';
import { exportHtml } from '../../../src/lib/notebook/exportHtml.js';
import { parseHtml } from '../../../src/lib/notebook/htmlDocument.js';
import { toJupyter } from '../../../src/lib/notebook/jupyter.js';
import { renderMarkdown } from '../../../src/lib/notebook/markdown.js';
import { renderMath } from '../../../src/lib/notebook/math.js';
import { toNotebook, type Notebook } from '../../../src/lib/notebook/notebook.js';
import { hostileMarkdown } from '../../support/hostileMarkdown.js';
import { randomNotebook } from '../../support/randomNotebook.js';
import { createRandom } from '../../support/randomText.js';

const png = Uint8Array.of(137, 80, 78, 71);
const attachments = await createAttachment('image/png', png);
const [image] = attachments.keys();

const notebook = toNotebook({
	title: 'Where does it look?',
	cells: [
		{ id: 'intro', kind: 'prose', settings: { text: `Look:\n\n![a cat](attachment:${image})` } },
		{
			id: 'ask',
			kind: 'prompt',
			settings: {
				messages: [
					{ role: 'user', content: [{ type: 'image' }, { type: 'text', text: 'What_is this?' }] }
				],
				pictures: [{ image, name: 'cat.png' }]
			}
		},
		{
			id: 'map',
			kind: 'attention',
			source: 'ask',
			caption: 'The *first* head',
			settings: { head: 0 }
		}
	],
	attachments
});
const pictures = new Map([['map', Uint8Array.of(1, 2, 3)]]);
const renderProse = (text: string, toImageUrl: (hash: string) => string | null) =>
	renderMarkdown(text, { renderMath, toImageUrl });

test('a Jupyter notebook has the prose, and the pictures as attachments', () => {
	const { cells, nbformat, nbformat_minor } = JSON.parse(toJupyter(notebook, pictures));
	expect([nbformat, nbformat_minor]).toEqual([4, 5]);
	expect(cells.map(({ cell_type }: { cell_type: string }) => cell_type)).toEqual(
		new Array(4).fill('markdown')
	);
	expect(cells.map(({ id }: { id: string }) => id)).toEqual(['title', 'intro', 'ask', 'map']);
	expect(cells[1].source.join('')).toBe(`Look:\n\n![a cat](attachment:${image})`);
	expect(cells[1].attachments).toEqual({ [image]: { 'image/png': 'iVBORw==' } });
	expect(cells[2].source.join('')).toContain(
		'> user: [picture]What_is this?'.replaceAll(/[[\]_.?]/g, (c) => (c === '?' ? c : `\\${c}`))
	);
	expect(cells[2].attachments).toEqual({ [image]: { 'image/png': 'iVBORw==' } });
	expect(cells[3].attachments).toEqual({ 'map.png': { 'image/png': 'AQID' } });
	expect(cells[3].source.join('')).toContain('*The \\*first\\* head*');
});

test('any document exports to nbformat 4.5: ids are unique and fit, sources are lines', async () => {
	const random = createRandom(71);
	for (let i = 0; i < 100; i++) {
		const { cells } = JSON.parse(toJupyter(await randomNotebook(random)));
		const ids = cells.map(({ id }: { id: string }) => id);
		expect(new Set(ids).size).toBe(ids.length);
		for (const { id, source } of cells) {
			expect(id).toMatch(/^[a-zA-Z0-9-_]{1,64}$/);
			source.slice(0, -1).forEach((line: string) => expect(line.endsWith('\n')).toBe(true));
		}
	}
});

test('an exported page shows prose and pictures, and holds the document', async () => {
	const liveUrl = 'https://example.org/loupe/#notebook=1.abc';
	const html = await exportHtml(notebook, { renderProse, pictures, liveUrl });
	expect(await parseHtml(html)).toStrictEqual(notebook);
	expect(html).toContain('<h1>Where does it look?</h1>');
	expect(html.match(/<img src="data:image\/png;base64,iVBORw=="/g)).toHaveLength(2);
	expect(html).toContain(
		'<img data-picture src="data:image/png;base64,AQID" alt="The *first* head">'
	);
	expect(html).toContain('<figure data-cell="map">');
	expect(html).toContain(`href="${liveUrl}"`);
	expect(() => exportHtml(notebook, { renderProse, liveUrl: 'javascript:1' })).toThrow('liveUrl');
});

test('any document comes back from its exported page', async () => {
	const random = createRandom(72);
	for (let i = 0; i < 100; i++) {
		const any = await randomNotebook(random);
		const html = await exportHtml(any, { renderProse });
		expect(await parseHtml(html)).toStrictEqual(any);
	}
});

test('a hostile document exports to a page with one inert element and no remote picture', async () => {
	const hostile: Notebook = toNotebook({
		title: hostileMarkdown[0],
		cells: hostileMarkdown.flatMap((text, i) => [
			{ id: `a${i}`, kind: 'prose' as const, settings: { text } },
			{
				id: `b${i}`,
				kind: 'prompt' as const,
				caption: text,
				settings: { template: 'plain' as const, text }
			}
		])
	});
	const html = await exportHtml(hostile, { renderProse });
	const shown = html.replace(/<script type="text\/x-gemma-loupe-notebook">[^]*?<\/script>/, '');
	expect(shown).not.toMatch(
		/<(script|iframe|object|embed|svg|form|base|link|meta (?!charset|http-equiv="Content-Security-Policy"|name=))/i
	);
	expect(shown.replaceAll(/="[^"]*"/g, '=""')).not.toMatch(/<[^>]* (on\w+|style)=/i);
	expect(shown).not.toMatch(/<img [^>]*src="(?!data:)/);
	expect(await parseHtml(html)).toStrictEqual(hostile);
});
