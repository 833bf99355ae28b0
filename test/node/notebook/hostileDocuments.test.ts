import { expect, test } from 'vitest';
import { hashBytes } from '../../../src/lib/notebook/attachments.js';
import { parseNotebook, serializeHtml } from '../../../src/lib/notebook/htmlDocument.js';
import { limits } from '../../../src/lib/notebook/limits.js';
import { migrate } from '../../../src/lib/notebook/migrations.js';
import { toNotebook } from '../../../src/lib/notebook/notebook.js';
import { NotebookError } from '../../../src/lib/notebook/notebookError.js';
import { parsePlainNotebook } from '../../../src/lib/notebook/plainNotebook.js';
import { serializeText } from '../../../src/lib/notebook/serializeText.js';
import { randomNotebook } from '../../support/randomNotebook.js';
import { createRandom } from '../../support/randomText.js';

const head = '%% gemma-loupe notebook 1\n';
const emptyHash = await hashBytes(new Uint8Array());

const refused: [what: string, text: string, message: string | RegExp][] = [
	['nothing', '', 'no notebook of Gemma Loupe'],
	['another file', '{"cells": []}', 'no notebook of Gemma Loupe'],
	['text before the head', `hello\n${head}`, 'no notebook of Gemma Loupe'],
	['another head', '%% prose a\n', 'no notebook of Gemma Loupe'],
	['version 0', '%% gemma-loupe notebook 0\n', 'version is 0'],
	['version x', '%% gemma-loupe notebook x\n', 'version is "x"'],
	['a newer version', '%% gemma-loupe notebook 99\n', 'open it with a newer Gemma Loupe'],
	['an unknown field', `${head}foo: 1\n`, 'foo is unknown'],
	['text before the first cell', `${head}\nhello\n`, 'before the first cell'],
	['a line that is no setting', `${head}\n%% mask a\n= 3\n`, 'line 4 is "= 3"'],
	[
		'a setting twice',
		`${head}\n%% mask a\nlayer: 1\nlayer: 2\n`,
		'line 5: layer stands there twice'
	],
	['broken JSON', `${head}\n%% mask a\nlayer: {1\n`, 'line 4: layer is not JSON'],
	['an open list', `${head}\n%% prompt a\nedits: [\n`, 'edits has no line "]"'],
	['an unknown kind', `${head}\n%% script a\n`, 'cell 1 ("a").kind is "script"'],
	[
		'an unknown setting',
		`${head}\n%% mask a\nonload: "x"\n`,
		'cell 1 ("a").settings.onload is unknown'
	],
	['a setting of another type', `${head}\n%% mask a\nlayer: "5"\n`, 'layer is "5", expected'],
	['a number out of range', `${head}\n%% mask a\nlayer: 1e9\n`, 'layer is 1000000000'],
	[
		'an infinite number',
		`${head}\n%% generation a\ntemperature: 1e999\n`,
		'temperature is Infinity'
	],
	['a bad id', `${head}\n%% mask a<b\n`, 'expected a name of letters'],
	['a head without id', `${head}\n%% mask\n`, 'expected "%% kind id"'],
	['text in a cell that has none', `${head}\n%% mask a\n\nhello\n`, 'settings.text is unknown'],
	['text twice', `${head}\n%% prose a\ntext: "x"\n\nhello\n`, 'has its text twice'],
	['ids twice', `${head}\n%% prose a\n\n%% prose a\n`, 'two cells have the id "a"'],
	['a missing source', `${head}\n%% mask a\nsource: "b"\n`, 'does not exist'],
	['itself as source', `${head}\n%% generation a\nsource: "a"\n`, 'in a circle: "a" → "a"'],
	[
		'a missing picture',
		`${head}\n%% prompt a\npictures: [{"image":"${emptyHash}","name":""}]\n`,
		'which is not in the document'
	],
	[
		'bytes under a false hash',
		`${head}\n%% prompt a\npictures: [{"image":"${emptyHash}","name":""}]\n\n%% attachment ${emptyHash}\nmediaType: "image/png"\n\nAAAA\n`,
		'holds other bytes'
	],
	[
		'an SVG picture',
		`${head}\n%% attachment ${emptyHash}\nmediaType: "image/svg+xml"\n`,
		'mediaType is "image/svg+xml"'
	],
	[
		'no base64',
		`${head}\n%% attachment ${emptyHash}\nmediaType: "image/png"\n\n<svg>\n`,
		'not base64'
	],
	[
		'a hash that is none',
		`${head}\n%% attachment __proto__\nmediaType: "image/png"\n`,
		'"sha256-" and'
	],
	['__proto__ as a setting', `${head}\n%% mask a\n__proto__: {"x": 1}\n`, 'line 4 is "__proto__'],
	[
		'constructor as a setting',
		`${head}\n%% mask a\nconstructor: {"x": 1}\n`,
		'constructor is unknown'
	],
	[
		'__proto__ within a setting',
		`${head}\n%% logitLens a\npositions: {"start":0,"end":1,"__proto__":{"x":1}}\n`,
		'__proto__ is unknown'
	],
	['too many cells', head + '\n%% prose a\n'.repeat(3000), 'the limit is'],
	[
		'1001 cells',
		head + Array.from({ length: 1001 }, (_, i) => `\n%% prose a${i}\n`).join(''),
		'cells is'
	],
	[
		'text that is too long',
		`${head}\n%% prose a\n\n${'x'.repeat(limits.cellText + 1)}\n`,
		'at most 100000'
	],
	['a page without a document', '<!doctype html><p>hi', 'holds no notebook'],
	['half a page', '<!doctype html>\n<script type="text/x-gemma-loupe-notebook">\nx', 'only a part']
];

test.for(refused)('%s is refused with a reason', async ([, text, message]) => {
	const error = await parseNotebook(text).catch((error: unknown) => error);
	expect(error).toBeInstanceOf(NotebookError);
	expect((error as Error).message).toContain(message);
	expect((error as Error).message.length).toBeLessThan(500);
});

test('deeply nested JSON is refused before anything recurses into it', async () => {
	for (const deep of [
		'['.repeat(1e6),
		'{"a":'.repeat(1e6),
		`${'['.repeat(1e6)}${']'.repeat(1e6)}`
	]) {
		await expect(parseNotebook(`${head}\n%% logitLens a\npositions: ${deep}\n`)).rejects.toThrow(
			'more than 16 deep'
		);
	}
});

test('no document changes the prototype of objects', async () => {
	const attempts = [
		`${head}\n%% logitLens a\npositions: {"__proto__":{"polluted":1},"start":0,"end":1}\n`,
		`${head}\n%% prompt a\nmessages: [{"role":"user","content":[{"type":"text","text":"","__proto__":{"polluted":1}}]}]\n`,
		`${head}\n%% prompt constructor\n`,
		`${head}\n%% prompt toString\n\n%% mask hasOwnProperty\nsource: "toString"\n`
	];
	for (const text of attempts) await parseNotebook(text).catch(() => {});
	expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
	const notebook = await parseNotebook(attempts[3]);
	expect(notebook.cells.map(({ id }) => id)).toEqual(['toString', 'hasOwnProperty']);
});

test('migrations run in order from the version of the document', () => {
	const steps = ['a', 'b', 'c'].map((name) => (content: Readonly<Record<string, unknown>>) => ({
		...content,
		title: `${content.title}${name}`
	}));
	expect(migrate({ title: '' }, 1, steps)).toEqual({ title: 'abc' });
	expect(migrate({ title: '' }, 3, steps)).toEqual({ title: 'c' });
	expect(migrate({ title: '' }, 4, steps)).toEqual({ title: '' });
});

test('plain data of any shape is refused or read, never a crash', async () => {
	for (const content of [null, 1, 'x', [], { cells: {} }, { cells: [null] }, { cells: [[]] }]) {
		const plain = { version: 1, content: content as Record<string, unknown> };
		const result = await parsePlainNotebook(plain).catch((error: unknown) => error);
		if (result instanceof Error) expect(result).toBeInstanceOf(NotebookError);
		else expect(result).toEqual(toNotebook({}));
	}
});

/** Damages a text somewhere: bytes changed, pieces cut, repeated, moved, or put in. */
function mutate(random: () => number, text: string): string {
	const at = () => Math.floor(random() * (text.length + 1));
	const pieces = [
		'%% ',
		'\n',
		'[',
		']',
		'{"__proto__":1}',
		'"',
		'\\',
		'<script>',
		'\0',
		'\ud800',
		'1e999',
		': ',
		'null',
		'%% attachment x'
	];
	const kind = Math.floor(random() * 5);
	const [start, end] = [at(), at()].sort((a, b) => a - b);
	const near = Math.min(end, start + 40);
	const piece = pieces[Math.floor(random() * pieces.length)];
	if (kind === 0) return text.slice(0, start) + piece + text.slice(start);
	if (kind === 1) return text.slice(0, start) + text.slice(near);
	if (kind === 2) return text.slice(0, near) + text.slice(start, near).repeat(3) + text.slice(near);
	if (kind === 3) return text.slice(0, start) + piece + text.slice(start + piece.length);
	return text.slice(0, start);
}

test('10,000 damaged documents are refused with a reason, or read and written again', async () => {
	const random = createRandom(51);
	const originals = await Promise.all(
		Array.from({ length: 40 }, async (_, i) => {
			const notebook = await randomNotebook(random, 6);
			return i % 4 === 0 ? serializeHtml(notebook) : serializeText(notebook);
		})
	);
	let read = 0;
	let slowest = 0;
	for (let i = 0; i < 10_000; i++) {
		let text = originals[i % originals.length];
		for (let n = 1 + Math.floor(random() * 3); n > 0; n--) text = mutate(random, text);
		const parse = async () => {
			const before = performance.now();
			const result = await parseNotebook(text).catch((error: unknown) => error);
			return { result, ms: performance.now() - before };
		};
		const { result, ms } = await parse();
		// On a busy machine anything is slow once.
		slowest = Math.max(
			slowest,
			ms > 50 ? Math.min(ms, (await parse()).ms, (await parse()).ms) : ms
		);
		if (result instanceof Error) {
			if (!(result instanceof NotebookError)) throw result;
		} else {
			read++;
			const notebook = result as Awaited<ReturnType<typeof parseNotebook>>;
			expect(await parseNotebook(serializeText(notebook))).toStrictEqual(notebook);
		}
	}
	console.log(
		`${read} of 10,000 damaged documents were read, the slowest in ${slowest.toFixed(1)} ms`
	);
	expect(read).toBeGreaterThan(100);
	expect(read).toBeLessThan(9000);
	expect(slowest).toBeLessThan(100);
}, 120_000);
