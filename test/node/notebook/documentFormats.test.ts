import { expect, test } from 'vitest';
import { createAttachment } from '../../../src/lib/notebook/attachments.js';
import { parseHtml, parseNotebook, serializeHtml } from '../../../src/lib/notebook/htmlDocument.js';
import { cellKinds } from '../../../src/lib/notebook/cellSettings.js';
import { toNotebook } from '../../../src/lib/notebook/notebook.js';
import { parseText } from '../../../src/lib/notebook/parseText.js';
import { serializeText } from '../../../src/lib/notebook/serializeText.js';
import { awkwardText, randomNotebook } from '../../support/randomNotebook.js';
import { createRandom } from '../../support/randomText.js';

test('any document comes back exactly, from text and from HTML', async () => {
	const random = createRandom(1);
	const kinds = new Set<string>();
	let largest = 0;
	for (let i = 0; i < 500; i++) {
		const notebook = await randomNotebook(random);
		notebook.cells.forEach(({ kind }) => kinds.add(kind));
		const text = serializeText(notebook);
		largest = Math.max(largest, text.length);
		const back = await parseText(text);
		expect(back).toStrictEqual(notebook);
		expect([...back.attachments.keys()]).toEqual([...notebook.attachments.keys()]);
		expect(serializeText(back)).toBe(text);
		const html = await serializeHtml(notebook, { body: '<p>text</p>' });
		expect(await parseHtml(html)).toStrictEqual(notebook);
		expect(await parseNotebook(html)).toStrictEqual(notebook);
	}
	expect([...kinds].sort()).toEqual([...cellKinds].sort());
	console.log(`500 documents, the largest of ${largest} characters`);
});

test('the text survives other line ends and UTF-8', async () => {
	const random = createRandom(2);
	for (let i = 0; i < 200; i++) {
		const notebook = await randomNotebook(random);
		const text = serializeText(notebook);
		expect(new TextDecoder().decode(new TextEncoder().encode(text))).toBe(text);
		const foreign = `\ufeff${text.replaceAll('\n', '\r\n')}\r\n\r\n`;
		expect(await parseText(foreign)).toStrictEqual(notebook);
	}
});

test('every awkward text survives as prose', async () => {
	const random = createRandom(3);
	for (let i = 0; i < 3000; i++) {
		const text = awkwardText(random);
		const notebook = toNotebook({ cells: [{ id: 'a', kind: 'prose', settings: { text } }] });
		expect(await parseText(serializeText(notebook))).toStrictEqual(notebook);
	}
});

test('the text has one line a setting, and prose as it is', () => {
	const notebook = toNotebook({
		title: 'What the mask forbids',
		cells: [
			{
				id: 'intro',
				kind: 'prose',
				settings: { text: '# Title\n\n%% not a cell\nA line.  \nend' }
			},
			{ id: 'ask', kind: 'prompt', settings: { messages: [{ role: 'user', content: 'Hi\nyou' }] } },
			{ id: 'mask-1', kind: 'mask', source: 'ask', collapsed: true, settings: { layer: 5 } }
		]
	});
	expect(serializeText(notebook)).toBe(`%% gemma-loupe notebook 1
title: "What the mask forbids"
model: "gemma3-mini"

%% prose intro

# Title

\\%% not a cell
A line.  
end

%% prompt ask
template: "chat"
messages: [
	{"role":"user","content":"Hi\\nyou"}
]
pictures: []
doPanAndScan: null
panAndScanMinCropSize: null
panAndScanMaxNumCrops: null
panAndScanMinRatioToActivate: null
maskRule: "5.17"
edits: []
showTemplate: false

%% mask mask-1
source: "ask"
collapsed: true
layer: 5
head: null
`);
});

test('changing one setting changes one line', async () => {
	const random = createRandom(4);
	let changed = 0;
	while (changed < 50) {
		const notebook = await randomNotebook(random);
		const index = notebook.cells.findIndex(({ kind }) => kind === 'attention');
		if (index < 0) continue;
		changed++;
		const cells = notebook.cells.map((cell, i) =>
			i === index && cell.kind === 'attention'
				? { ...cell, settings: { ...cell.settings, layer: (cell.settings.layer + 1) % 1000 } }
				: cell
		);
		const before = serializeText(notebook).split('\n');
		const after = serializeText({ ...notebook, cells }).split('\n');
		expect(after.length).toBe(before.length);
		expect(after.filter((line, i) => line !== before[i])).toHaveLength(1);
	}
});

test('a picture that two cells use is stored once, one that none uses is not', async () => {
	const shared = await createAttachment('image/png', Uint8Array.of(1, 2, 3));
	const unused = await createAttachment('image/png', Uint8Array.of(4));
	const [image] = shared.keys();
	const settings = { pictures: [{ image, name: 'a.png' }] };
	const notebook = toNotebook({
		cells: [
			{ id: 'a', kind: 'prompt', settings },
			{ id: 'b', kind: 'prompt', settings }
		],
		attachments: new Map([...shared, ...unused])
	});
	const text = serializeText(notebook);
	expect(text.match(/%% attachment/g)).toHaveLength(1);
	expect((await parseText(text)).attachments).toEqual(shared);
	const beside = serializeText(notebook, { attachments: false });
	expect(beside).not.toContain('%% attachment');
	expect((await parseText(beside, shared)).attachments).toEqual(shared);
});

test('the page lets nothing run or load, whatever the document says', async () => {
	const text = '</script><script>alert(1)</script><!-- --><img src=x onerror=alert(1)>';
	const notebook = toNotebook({
		title: `</title>${text}`,
		cells: [{ id: 'a', kind: 'prose', settings: { text } }]
	});
	const html = await serializeHtml(notebook);
	expect(html.match(/<script/g)).toHaveLength(1);
	expect(html).not.toContain('<img');
	expect(html).toContain(`default-src 'none'`);
	expect(html).not.toContain('script-src');
	expect(await parseHtml(html)).toStrictEqual(notebook);
});

test('a viewer runs by its hash alone, and cannot close its element', async () => {
	const html = await serializeHtml(toNotebook({}), { viewer: 'document.title = "x";' });
	expect(html).toMatch(/script-src 'sha256-[A-Za-z0-9+/]{43}='/);
	await expect(serializeHtml(toNotebook({}), { viewer: '"</ScRipt>"' })).rejects.toThrow(
		'would end it early'
	);
});
