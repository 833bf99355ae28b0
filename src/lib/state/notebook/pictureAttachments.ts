import { checkImageHeader } from '../../images/checkImageHeader.js';
import { readImageHeader } from '../../images/imageHeader.js';
import { createAttachment } from '../../notebook/attachments.js';
import { limits } from '../../notebook/limits.js';
import type { Attachment, Attachments } from '../../notebook/notebook.js';

export interface AttachedPictures {
	readonly pictures: readonly { readonly image: string; readonly name: string }[];
	readonly attachments: Attachments;
	/** Why each of the other files was not taken, in a sentence that names it. */
	readonly refusals: readonly string[];
}

/**
 * Picture files, ready to be put into a document. Each is told by its content, whatever it is
 * called, and is one that this browser can decode.
 */
export async function attachPictures(files: Iterable<File>): Promise<AttachedPictures> {
	const pictures: { image: string; name: string }[] = [];
	const all = new Map<string, Attachment>();
	const refusals: string[] = [];
	for (const file of files) {
		const name = file.name || 'pasted picture';
		try {
			for (const [hash, attachment] of await attachPicture(file)) {
				pictures.push({ image: hash, name });
				all.set(hash, attachment);
			}
		} catch (error) {
			refusals.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
		}
	}
	return { pictures, attachments: all, refusals };
}

async function attachPicture(file: File): Promise<Attachments> {
	if (file.size > limits.attachmentBytes) {
		throw new Error(
			`This file is larger than the ${limits.attachmentBytes / 2 ** 20} MiB that a notebook takes: scale the picture down first.`
		);
	}
	const bytes = new Uint8Array(await file.arrayBuffer());
	const header = readImageHeader(bytes);
	checkImageHeader(header, bytes.byteLength);
	const mediaType = `image/${header.format}` as Attachment['mediaType'];
	try {
		(await createImageBitmap(new Blob([bytes], { type: mediaType }))).close();
	} catch (error) {
		throw new Error(
			`This ${header.format.toUpperCase()} is damaged or cut short: the browser cannot decode it.`,
			{ cause: error }
		);
	}
	return createAttachment(mediaType, bytes);
}
