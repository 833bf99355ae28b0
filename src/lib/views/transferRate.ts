/** How far something was at a moment. */
export interface Sample {
	/** Milliseconds. */
	readonly at: number;
	readonly loaded: number;
}

/** How far back a rate looks, milliseconds: long enough to be calm, short enough to notice a change. */
const horizon = 6000;
/** A rate over less than this says nothing. */
const shortest = 400;

/** The samples that still count once another one has come. */
export function addSample(samples: readonly Sample[], sample: Sample): Sample[] {
	const last = samples.at(-1);
	// Something that started over has no rate yet.
	if (last && sample.loaded < last.loaded) return [sample];
	return [...samples.filter(({ at }) => sample.at - at <= horizon), sample];
}

/** Units a second, or null while too little is known. */
export function transferRate(samples: readonly Sample[]): number | null {
	const [first] = samples;
	const last = samples.at(-1);
	if (!first || !last || last.at - first.at < shortest || last.loaded === first.loaded) return null;
	return ((last.loaded - first.loaded) / (last.at - first.at)) * 1000;
}
