import { fromBase64 } from './base64.js';
import { checkDepth, limits } from './limits.js';
import { NotebookError, quote } from './notebookError.js';
import type { Attachments, Notebook } from './notebook.js';
import { parsePlainNotebook, type PlainNotebook } from './plainNotebook.js';

/** A part of the file from one `%%` line to the next. */
interface Block {
	/** The words of its first line. */
	readonly words: readonly string[];
	/** For messages. */
	readonly where: string;
	readonly settings: Record<string, unknown>;
	/** Null if there is none. */
	readonly body: string | null;
}

const cellFields: readonly string[] = ['source', 'caption', 'collapsed', 'recording'];

/**
 * Reads what `serializeText` writes, from anywhere: nothing in it is trusted. Lines may end as on
 * any system.
 *
 * @param attachments those that were kept beside the text
 * @throws NotebookError saying where and what was expected
 */
export async function parseText(
	text: string,
	attachments: Attachments = new Map()
): Promise<Notebook> {
	return parsePlainNotebook(toPlainNotebook(text, attachments));
}

function toPlainNotebook(text: string, beside: Attachments): PlainNotebook {
	if (text.length > limits.textLength) {
		throw new NotebookError(
			`the notebook has ${text.length} characters, the limit is ${limits.textLength}`
		);
	}
	const [head, ...blocks] = toBlocks(text);
	const [program, what, version] = head?.words ?? [];
	if (program !== 'gemma-loupe' || what !== 'notebook' || head.words.length !== 3) {
		throw new NotebookError(
			'the text does not begin with "%% gemma-loupe notebook": it is no notebook of Gemma Loupe'
		);
	}
	if (head.body !== null) throw new NotebookError('text stands before the first cell');
	const cells: unknown[] = [];
	const attachments = new Map<string, unknown>(beside);
	for (const block of blocks) {
		const [kind, name] = block.words;
		if (block.words.length !== 2) {
			throw new NotebookError(`${block.where}: expected "%% kind id"`);
		}
		if (kind === 'attachment') {
			const { where, settings, body } = block;
			attachments.set(name, { ...settings, bytes: fromBase64(body ?? '', where) });
		} else cells.push(toPlainCell(kind, name, block));
	}
	const { title, model, ...unknown } = head.settings;
	const [unknownName] = Object.keys(unknown);
	if (unknownName) throw new NotebookError(`${head.where}: ${unknownName} is unknown: remove it`);
	const content = withoutUndefined({ title, model, cells, attachments });
	return { version: /^\d{1,9}$/.test(version) ? Number(version) : version, content };
}

function toPlainCell(kind: string, id: string, { settings, body, where }: Block) {
	const entries = Object.entries(settings);
	const own = entries.filter(([name]) => cellFields.includes(name));
	const others = entries.filter(([name]) => !cellFields.includes(name));
	if (body !== null) {
		if (Object.hasOwn(settings, 'text')) {
			throw new NotebookError(`${where} has its text twice: as a setting and below`);
		}
		others.push(['text', body]);
	}
	return { id, kind, ...Object.fromEntries(own), settings: Object.fromEntries(others) };
}

function withoutUndefined(fields: Record<string, unknown>) {
	return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function toBlocks(text: string): Block[] {
	const lines = text
		.replace(/^\ufeff/, '')
		.replaceAll('\r\n', '\n')
		.split('\n');
	const starts = lines.flatMap((line, i) => (line.startsWith('%%') ? [i] : []));
	const before = lines.slice(0, starts[0] ?? lines.length);
	if (before.some((line) => line.trim() !== '')) {
		throw new NotebookError(
			'the text does not begin with "%% gemma-loupe notebook": it is no notebook of Gemma Loupe'
		);
	}
	if (starts.length > limits.cells + limits.attachments + 1) {
		throw new NotebookError(
			`the notebook has ${starts.length} parts, the limit is ${limits.cells} cells`
		);
	}
	return starts.map((start, i) => toBlock(lines, start, starts[i + 1] ?? lines.length));
}

function toBlock(lines: readonly string[], start: number, end: number): Block {
	const words = lines[start].slice(2).trim().split(/\s+/);
	const where = `line ${start + 1} (${words.slice(0, 2).join(' ').slice(0, 100)})`;
	const settings: Record<string, unknown> = Object.create(null);
	let i = start + 1;
	while (i < end && lines[i].trim() !== '') {
		const match = /^([a-zA-Z][a-zA-Z0-9]{0,63}):(.*)$/s.exec(lines[i]);
		if (!match) {
			throw new NotebookError(
				`line ${i + 1} is ${quote(lines[i])}, expected "name: value", or an empty line before text`
			);
		}
		const [, name, rest] = match;
		const line = i++;
		const json = [rest];
		if (rest.trim() === '[') {
			do {
				if (i >= end) throw new NotebookError(`line ${line + 1}: ${name} has no line "]"`);
				json.push(lines[i]);
			} while (lines[i++].trim() !== ']');
		}
		if (Object.hasOwn(settings, name)) {
			throw new NotebookError(`line ${line + 1}: ${name} stands there twice`);
		}
		settings[name] = parseJson(json.join('\n'), `line ${line + 1}: ${name}`);
	}
	return { words, where, settings, body: toBody(lines.slice(i, end)) };
}

function parseJson(json: string, where: string): unknown {
	checkDepth(json, where);
	try {
		return JSON.parse(json);
	} catch (error) {
		throw new NotebookError(`${where} is not JSON: ${(error as Error).message.slice(0, 200)}`);
	}
}

/** Text between its empty lines; null if there is none. */
function toBody(lines: readonly string[]): string | null {
	const first = lines.findIndex((line) => line.trim() !== '');
	if (first < 0) return null;
	const last = lines.findLastIndex((line) => line.trim() !== '');
	return lines
		.slice(first, last + 1)
		.map((line) => (/^\\+%%/.test(line) ? line.slice(1) : line))
		.join('\n');
}
