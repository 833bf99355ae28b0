import type { Notebook } from './notebook.js';

/** States of a document over time. Documents share what did not change, so a state costs little. */
export interface History {
	readonly present: Notebook;
	/** Older states, the oldest first. */
	readonly past: readonly Notebook[];
	/** States that undo went back from, the nearest first. */
	readonly future: readonly Notebook[];
	/** What the last edit was and when, so that typing on becomes one step; null after another. */
	readonly last: { readonly what: string; readonly at: number } | null;
}

/** Milliseconds of pause after which typing on is a step of its own. */
const pauseMs = 1000;

/** Steps that can be undone. */
const maxSteps = 1000;

export function createHistory(present: Notebook): History {
	return { present, past: [], future: [], last: null };
}

/**
 * Adds an edited document. Edits of the same `what` that follow each other within a second are one
 * step, as in typing.
 *
 * @param options.what such as `text of prose-1`; leave it out for an edit that stands alone
 * @param options.at milliseconds on any clock that does not go back
 */
export function commit(
	history: History,
	notebook: Notebook,
	{ what = '', at = 0 }: { readonly what?: string; readonly at?: number } = {}
): History {
	if (notebook === history.present) return history;
	const { past, present, last } = history;
	const next = { present: notebook, future: [], last: what === '' ? null : { what, at } };
	if (last && what === last.what && at - last.at < pauseMs) return { ...next, past };
	return { ...next, past: [...past, present].slice(-maxSteps) };
}

/** One step back; the same history if there is none. */
export function undo(history: History): History {
	const { past, present, future } = history;
	const previous = past.at(-1);
	if (!previous) return history;
	return { present: previous, past: past.slice(0, -1), future: [present, ...future], last: null };
}

/** One step forward again; the same history if there is none. */
export function redo(history: History): History {
	const { past, present, future } = history;
	const [next, ...later] = future;
	if (!next) return history;
	return { present: next, past: [...past, present], future: later, last: null };
}
