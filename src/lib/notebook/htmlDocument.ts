import { escapeHtml, unescapeHtml } from './html.js';
import type { Notebook } from './notebook.js';
import { NotebookError } from './notebookError.js';
import { parseText } from './parseText.js';
import { serializeText } from './serializeText.js';

/** A type that no browser runs: what is in such an element is data. */
export const notebookDataType = 'text/x-gemma-loupe-notebook';
const open = `<script type="${notebookDataType}">\n`;
const close = '\n</script>';

export interface HtmlParts {
	/** Shown to the reader, safe HTML: prose, pictures. */
	readonly body?: string;
	/** Style sheet. */
	readonly style?: string;
	/** A program of ours that makes the pictures live; a document alone has none. */
	readonly viewer?: string;
}

/**
 * A document as one web page that opens from disk: the document itself is data inside, from which
 * `parseHtml` gets it back. The page may load nothing and, without `viewer`, run nothing.
 */
export async function serializeHtml(notebook: Notebook, parts: HtmlParts = {}): Promise<string> {
	const { body = '', style = '', viewer = '' } = parts;
	const program = toRawText(viewer, 'script');
	const data = escapeHtml(serializeText(notebook).trimEnd());
	return [
		'<!doctype html>',
		'<html lang="en">',
		'<head>',
		'<meta charset="utf-8">',
		`<meta http-equiv="Content-Security-Policy" content="${await toPolicy(program)}">`,
		'<meta name="viewport" content="width=device-width, initial-scale=1">',
		'<meta name="color-scheme" content="light dark">',
		'<meta name="referrer" content="no-referrer">',
		`<title>${escapeHtml(notebook.title || 'Notebook')}</title>`,
		...(style === '' ? [] : [`<style>${toRawText(style, 'style')}</style>`]),
		'</head>',
		'<body>',
		body,
		`${open}${data}${close}`,
		...(program === '' ? [] : [`<script type="module">${program}</script>`]),
		'</body>',
		'</html>',
		''
	].join('\n');
}

async function toPolicy(program: string): Promise<string> {
	const policy = [
		"default-src 'none'",
		"style-src 'unsafe-inline'",
		'img-src data: blob:',
		"base-uri 'none'",
		"form-action 'none'"
	];
	if (program !== '') {
		const bytes = new TextEncoder().encode(program);
		const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
		policy.push(`script-src 'sha256-${btoa(String.fromCharCode(...digest))}'`);
	}
	return policy.join('; ');
}

/** Code that stands in a raw text element must not close it. */
function toRawText(code: string, element: string): string {
	if (!new RegExp(`</${element}|<!--`, 'i').test(code)) return code;
	throw new RangeError(
		`the ${element} contains "</${element}" or "<!--", which would end it early`
	);
}

/** Whether a file is such a page rather than a text. */
function isHtmlDocument(text: string): boolean {
	return /^\s*<!doctype html/i.test(text.slice(0, 200));
}

/**
 * The document inside a page that `serializeHtml` made.
 *
 * @throws NotebookError if the page has none, or it is unsound
 */
export async function parseHtml(html: string): Promise<Notebook> {
	const lines = html.replaceAll('\r\n', '\n');
	// The last one: what the reader sees comes before the data, and might look like it.
	const start = lines.lastIndexOf(open);
	const end = start < 0 ? -1 : lines.indexOf(close, start);
	if (end < 0) {
		throw new NotebookError('the page holds no notebook of Gemma Loupe, or only a part of it');
	}
	return parseHtmlData(lines.slice(start + open.length, end));
}

/**
 * The document in the data element of such a page.
 *
 * @param data the element's text
 * @throws NotebookError if it is unsound
 */
export function parseHtmlData(data: string): Promise<Notebook> {
	return parseText(unescapeHtml(data.trim()));
}

/**
 * A document from a file of either kind.
 *
 * @throws NotebookError saying what is wrong with it
 */
export async function parseNotebook(text: string): Promise<Notebook> {
	return isHtmlDocument(text) ? parseHtml(text) : parseText(text);
}
