import type { LoadRequest } from '../../rpc/services.js';
import { embeddedModel, embeddedName } from '../embeddedModel.js';

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
 * @returns null for a name that leads nowhere
 */
export function toModelAddress(name: string): ModelAddress | null {
	if (name === embeddedName) {
		return { request: embeddedModel(), isEmbedded: true, host: location.host };
	}
	const device = 'auto';
	if (/^[\w.-]+\/[\w.-]+$/.test(name)) {
		const source = { kind: 'hub', repository: name } as const;
		const request = { source, name, device, dtype: 'q8' } as const;
		return { request, isEmbedded: false, host: 'huggingface.co' };
	}
	if (!/^https?:\/\//.test(name) || !URL.canParse(name)) return null;
	const { href, host } = new URL(name);
	const url = href.endsWith('/') ? href : `${href}/`;
	return { request: { source: { kind: 'url', url }, name, device }, isEmbedded: false, host };
}
