import { resolve } from '$app/paths';
import type { LoadRequest } from '../rpc/modelServices.js';

/** The small model that the app carries. */
export const embeddedName = 'gemma3-mini';

export function embeddedModel(): LoadRequest {
	const root = new URL(resolve('/'), location.href);
	const { href: url } = new URL(`models/${embeddedName}/`, root);
	return { source: { kind: 'url', url }, name: embeddedName, device: 'auto' };
}
