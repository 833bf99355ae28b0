import { toMentionedImages } from './mentionedImages.js';
import { NotebookError } from './notebookError.js';
import type { Attachment, Attachments, Cell, Notebook } from './notebook.js';

/** The content hash of bytes, by which cells refer to them. */
export async function hashBytes(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
	const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
	return `sha256-${Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** An attachment under its hash, ready to be given to an edit. */
export async function createAttachment(
	mediaType: Attachment['mediaType'],
	bytes: Uint8Array<ArrayBuffer>
): Promise<Attachments> {
	return new Map([[await hashBytes(bytes), { mediaType, bytes }]]);
}

/** Both together. */
export const joinAttachments = (a: Attachments, b: Attachments): Attachments =>
	new Map([...a, ...b]);

/** Hashes of what a cell needs: pictures of a prompt, a recording. */
export function hashesOf(cell: Cell): string[] {
	const images = cell.kind === 'prompt' ? cell.settings.pictures.map(({ image }) => image) : [];
	return cell.recording ? [...images, cell.recording.trace] : images;
}

/**
 * The attachments that some cells refer to, in hash order, out of those at hand. What prose only
 * mentions may be missing: it is then shown by its description.
 *
 * @throws NotebookError if one is missing, a picture is no picture or a trace no trace
 */
export function gatherAttachments(
	cells: readonly Cell[],
	...available: readonly Attachments[]
): Attachments {
	const find = (hash: string) => available.map((map) => map.get(hash)).find((maybe) => maybe);
	const found = new Map<string, Attachment>();
	for (const cell of cells) {
		for (const hash of hashesOf(cell)) {
			const attachment = find(hash);
			if (!attachment) {
				throw new NotebookError(
					`cell "${cell.id}" refers to ${hash}, which is not in the document`
				);
			}
			if (isTrace(attachment) !== (hash === cell.recording?.trace)) {
				throw new NotebookError(
					`cell "${cell.id}" cannot use ${hash}, which is ${attachment.mediaType}`
				);
			}
			found.set(hash, attachment);
		}
		const mentioned = cell.kind === 'prose' ? toMentionedImages(cell.settings.text) : [];
		for (const hash of mentioned) {
			const attachment = find(hash);
			if (attachment && !isTrace(attachment)) found.set(hash, attachment);
		}
	}
	return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const isTrace = ({ mediaType }: Attachment) => mediaType === 'application/x-safetensors';

/**
 * Checks that the bytes of each attachment are those that its hash stands for: a document from
 * elsewhere must not put other bytes under a hash that another document uses.
 *
 * @throws NotebookError naming the attachment
 */
export async function verifyAttachments({ attachments }: Pick<Notebook, 'attachments'>) {
	for (const [hash, { bytes }] of attachments) {
		const actual = await hashBytes(bytes);
		if (actual !== hash) {
			throw new NotebookError(
				`the attachment ${hash} holds other bytes (${actual}): the document is damaged`
			);
		}
	}
}
