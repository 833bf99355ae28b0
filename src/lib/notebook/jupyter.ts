import { toBase64 } from './base64.js';
import { toCellTitle, toPromptLines } from './cellTitle.js';
import { toMentionedImages } from './mentionedImages.js';
import type { Attachments, Cell, Notebook } from './notebook.js';
import type { CellPictures } from './pictures.js';

/**
 * A document as a Jupyter notebook (nbformat 4.5) of Markdown cells: prose as it is, other cells by
 * their caption and the picture that they showed. Pictures are attachments of their cells.
 */
export function toJupyter(notebook: Notebook, pictures: CellPictures = new Map()): string {
	const titled = notebook.title === '' ? [] : [markdownCell('title', `# ${notebook.title}`, {})];
	const ids = new Set(titled.map(({ id }) => id));
	const cells = notebook.cells.map((cell) => {
		const { source, attachments } = toMarkdown(cell, notebook.attachments, pictures);
		let id = cell.id;
		while (ids.has(id)) id = `${id}-`;
		ids.add(id);
		return markdownCell(id, source, attachments);
	});
	const metadata = {
		kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' },
		language_info: { name: 'python' }
	};
	const document = { cells: [...titled, ...cells], metadata, nbformat: 4, nbformat_minor: 5 };
	return `${JSON.stringify(document, null, 1)}\n`;
}

type JupyterAttachments = Record<string, Record<string, string>>;

function markdownCell(id: string, source: string, attachments: JupyterAttachments) {
	const lines = source
		.split('\n')
		.map((line, i, { length }) => (i < length - 1 ? `${line}\n` : line));
	return {
		cell_type: 'markdown' as const,
		id,
		metadata: {},
		...(Object.keys(attachments).length === 0 ? {} : { attachments }),
		source: lines
	};
}

function toMarkdown(cell: Cell, documentAttachments: Attachments, pictures: CellPictures) {
	const attachments: JupyterAttachments = {};
	const attach = (name: string, mediaType: string, bytes: Uint8Array) => {
		attachments[name] = { [mediaType]: toBase64(bytes) };
		return `attachment:${name}`;
	};
	const attachImage = (hash: string, alt: string) => {
		const image = documentAttachments.get(hash);
		return image ? `![${escapeMarkdown(alt)}](${attach(hash, image.mediaType, image.bytes)})` : alt;
	};
	if (cell.kind === 'prose') {
		// The addresses in the text are already those of attachments of this name.
		for (const hash of toMentionedImages(cell.settings.text)) attachImage(hash, '');
		return { source: cell.settings.text, attachments };
	}
	const blocks = [`**${escapeMarkdown(toCellTitle(cell))}**`];
	if (cell.kind === 'prompt') {
		blocks.push(
			...toPromptLines(cell).map((line) =>
				line
					.split('\n')
					.map((text) => `> ${escapeMarkdown(text)}`)
					.join('  \n')
			),
			...cell.settings.pictures.map(({ image, name }) => attachImage(image, name || 'picture'))
		);
	}
	const picture = pictures.get(cell.id);
	if (picture) {
		const address = attach(`${cell.id}.png`, 'image/png', picture);
		blocks.push(`![${escapeMarkdown(cell.caption || toCellTitle(cell))}](${address})`);
	}
	if (cell.caption !== '') blocks.push(`*${escapeMarkdown(cell.caption)}*`);
	return { source: blocks.join('\n\n'), attachments };
}

/** Text that Markdown must not read anything into. */
function escapeMarkdown(text: string): string {
	return text.replace(/[\\`*_{}[\]()<>#+\-.!|$~&]/g, '\\$&').replaceAll(/[\r\n]+/g, ' ');
}
