import type { Attachments } from '../../notebook/notebook.js';

/** Addresses of a document's pictures, for as long as it is open. */
export class PictureUrls {
	readonly #urls = new Map<string, string>();

	/** Null if there is no such picture. */
	of(hash: string, attachments: Attachments): string | null {
		const known = this.#urls.get(hash);
		if (known) return known;
		const attachment = attachments.get(hash);
		if (!attachment?.mediaType.startsWith('image/')) return null;
		const blob = new Blob([attachment.bytes], { type: attachment.mediaType });
		const url = URL.createObjectURL(blob);
		this.#urls.set(hash, url);
		return url;
	}

	revoke(): void {
		for (const url of this.#urls.values()) URL.revokeObjectURL(url);
		this.#urls.clear();
	}
}
