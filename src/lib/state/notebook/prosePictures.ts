import type { AttachedPictures } from './pictureAttachments.js';

/** Markdown that shows pictures of the document, described by the names of their files. */
export function toMarkdownPictures(pictures: AttachedPictures['pictures']): string {
	return pictures
		.map(({ image, name }) => {
			const words = name.replace(/\.\w+$/, '').replace(/[[\]\\]/g, '');
			return `![${words}](attachment:${image})`;
		})
		.join('\n');
}
