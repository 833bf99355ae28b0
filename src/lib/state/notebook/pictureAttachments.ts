import { createAttachment } from '../../notebook/attachments.js';
import { limits } from '../../notebook/limits.js';
import type { Attachment, Attachments } from '../../notebook/notebook.js';
import { NotebookError } from '../../notebook/notebookError.js';

const mediaTypes = ['png', 'jpeg', 'webp', 'gif', 'bmp', 'avif'].map(
	(name) => `image/${name}` as Attachment['mediaType']
);

export interface AttachedPictures {
	readonly pictures: readonly { readonly image: string; readonly name: string }[];
	readonly attachments: Attachments;
}

/**
 * Picture files, ready to be put into a document.
 *
 * @throws NotebookError naming the first file that is no picture, or too large
 */
export async function attachPictures(files: Iterable<File>): Promise<AttachedPictures> {
	const pictures: { image: string; name: string }[] = [];
	const all = new Map<string, Attachment>();
	for (const file of files) {
		const name = file.name || 'picture';
		const mediaType = mediaTypes.find((known) => known === file.type);
		if (!mediaType) {
			throw new NotebookError(
				`${name} is ${file.type || 'of no known kind'}: a notebook takes PNG, JPEG, WebP, GIF, BMP and AVIF pictures`
			);
		}
		if (file.size > limits.attachmentBytes) {
			throw new NotebookError(
				`${name} is larger than the ${limits.attachmentBytes / 2 ** 20} MiB that a notebook takes`
			);
		}
		const attached = await createAttachment(mediaType, new Uint8Array(await file.arrayBuffer()));
		for (const [hash, attachment] of attached) {
			pictures.push({ image: hash, name });
			all.set(hash, attachment);
		}
	}
	return { pictures, attachments: all };
}
