/** The address of a picture of the document in Markdown: `![what it shows](attachment:sha256-…)`. */
export const attachedImage = /^attachment:(sha256-[0-9a-f]{64})$/;

const mentionedImage = /\]\(attachment:(sha256-[0-9a-f]{64})[)\s]/g;

/** Hashes of the pictures that a Markdown text shows. */
export function toMentionedImages(text: string): string[] {
	return [...text.matchAll(mentionedImage)].map(([, hash]) => hash);
}
