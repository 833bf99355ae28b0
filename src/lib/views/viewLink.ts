/** The pictures of the inspection page, in the order of their tabs. */
export const viewNames = [
	'window',
	'heads',
	'attention',
	'lines',
	'states',
	'lens',
	'masks',
	'pair'
] as const;

export type ViewName = (typeof viewNames)[number];

/** All that a link must say to reopen one view, beside the prompt's own text. */
export interface ViewLink {
	readonly view: ViewName;
	readonly layer: number;
	readonly head: number | 'mean';
	/** The locked cell, if any. */
	readonly query: number | null;
	readonly key: number | null;
	/** The prompt, where it is not the page's own example. */
	readonly prompt: { readonly kind: 'plain' | 'chat'; readonly text: string } | null;
	/** Settings of the view, by name; only those that are not as at first. */
	readonly settings: Readonly<Record<string, string>>;
}

/** A view as the fragment of a URL, without `#`. */
export function toFragment(link: ViewLink): string {
	const entries: [string, string][] = [
		['view', link.view],
		['layer', String(link.layer)],
		['head', String(link.head)]
	];
	if (link.query !== null) entries.push(['query', String(link.query)]);
	if (link.key !== null) entries.push(['key', String(link.key)]);
	if (link.prompt) entries.push(['kind', link.prompt.kind], ['prompt', link.prompt.text]);
	for (const name of Object.keys(link.settings).sort()) {
		entries.push([`set.${name}`, link.settings[name]]);
	}
	return new URLSearchParams(entries).toString();
}

/**
 * Reads a fragment. A link is typed and cut by people: what cannot be read is left as it is, so
 * everything but the prompt has a default.
 */
export function parseFragment(fragment: string): Partial<ViewLink> {
	const parameters = new URLSearchParams(fragment.replace(/^#/, ''));
	const integer = (name: string) => {
		const text = parameters.get(name);
		return text !== null && /^\d{1,7}$/.test(text) ? Number(text) : null;
	};
	const view = viewNames.find((name) => name === parameters.get('view'));
	const layer = integer('layer');
	const head = parameters.get('head') === 'mean' ? ('mean' as const) : integer('head');
	const query = integer('query');
	const text = parameters.get('prompt');
	const settings = Object.fromEntries(
		[...parameters]
			.filter(([name]) => name.startsWith('set.'))
			.map(([name, value]) => [name.slice(4), value])
	);
	return {
		...(view && { view }),
		...(layer !== null && { layer }),
		...(head !== null && { head }),
		...(query !== null && { query, key: integer('key') }),
		...(text !== null && {
			prompt: { kind: parameters.get('kind') === 'plain' ? ('plain' as const) : 'chat', text }
		}),
		settings
	};
}
