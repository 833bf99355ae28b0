import { asset } from '$app/paths';

/** The program of exported pages, and its style (see src/viewer). */
export interface ViewerFiles {
	readonly viewer: string;
	readonly style: string;
}

/**
 * Fetches what makes an exported page's figures live; it comes with the app.
 *
 * @throws Error if the server does not have it
 */
export async function loadViewer(signal?: AbortSignal): Promise<ViewerFiles> {
	const [viewer, style] = await Promise.all([
		fetchText(asset('/viewer.js'), signal),
		fetchText(asset('/viewer.css'), signal)
	]);
	return { viewer, style };
}

async function fetchText(url: string, signal?: AbortSignal): Promise<string> {
	const response = await fetch(url, { signal });
	if (!response.ok) {
		throw new Error(`${url} cannot be fetched (HTTP ${response.status}): reload the page`);
	}
	return response.text();
}
