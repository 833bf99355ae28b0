import { asset } from '$app/paths';
import { parseRecorded } from '$lib/state/recorded.js';
import type { PageLoad } from './$types';

/** The recorded example, shown until the model has run. */
export const load: PageLoad = async ({ fetch }) => {
	const response = await fetch(asset('/examples/first.trace.json'));
	return { recorded: response.ok ? parseRecorded(await response.text()) : null };
};
