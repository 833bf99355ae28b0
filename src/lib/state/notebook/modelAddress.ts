import type { LoadRequest } from '../../rpc/services.js';

/** The model that comes with the page. */
export const embeddedModel = 'gemma3-mini';

/** What a notebook calls its model, as something that can be loaded. */
export interface ModelAddress {
	readonly request: LoadRequest;
	/** Whether its files come with this page: nothing is fetched from anywhere else. */
	readonly isEmbedded: boolean;
	/** The server that its files come from. */
	readonly host: string;
}

/**
 * Where the model of a notebook is: the page's own, `owner/name` on the Hub, or a web address.
 *
 * @param page absolute address of the page's root, with a slash at its end
 * @returns null for a name that leads nowhere
 */
export function toModelAddress(name: string, page: string): ModelAddress | null {
	const toAddress = (url: string, isEmbedded = false): ModelAddress => ({
		request: { source: { kind: 'url', url }, name, device: 'auto' },
		isEmbedded,
		host: new URL(url).host
	});
	if (name === embeddedModel) return toAddress(new URL(`models/${name}/`, page).href, true);
	if (/^[\w.-]+\/[\w.-]+$/.test(name)) {
		return {
			request: { source: { kind: 'hub', repository: name }, name, device: 'auto', dtype: 'q8' },
			isEmbedded: false,
			host: 'huggingface.co'
		};
	}
	if (!/^https?:\/\//.test(name) || !URL.canParse(name)) return null;
	const { href } = new URL(name);
	return toAddress(href.endsWith('/') ? href : `${href}/`);
}
