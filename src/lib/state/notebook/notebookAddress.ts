import { isNotebookFragment } from '../../notebook/link.js';

/** What the fragment of the page's address asks for. */
export type NotebookAddress =
	| { readonly kind: 'list' }
	| { readonly kind: 'open'; readonly id: string }
	| { readonly kind: 'bundled'; readonly slug: string }
	/** A whole document in the link. */
	| { readonly kind: 'link'; readonly fragment: string };

/** @param hash with or without `#` */
export function parseNotebookAddress(hash: string): NotebookAddress {
	if (isNotebookFragment(hash)) return { kind: 'link', fragment: hash };
	const fields = new URLSearchParams(hash.replace(/^#/, ''));
	const id = fields.get('id');
	const slug = fields.get('bundled');
	if (id) return { kind: 'open', id };
	return slug ? { kind: 'bundled', slug } : { kind: 'list' };
}
