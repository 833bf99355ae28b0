import type { Gemma3Config } from '$lib/gemma3/configuration.js';
import type { CellKind } from '$lib/notebook/cellSettings.js';
import type { Attachment, CellOf, CellSettings } from '$lib/notebook/notebook.js';
import type { Classification } from '$lib/trace/classification.js';
import type { Trace } from '$lib/trace/trace.js';
import type { PanAndScanChoice } from '$lib/views/panAndScanPlan.js';

export type OutputKind = Exclude<CellKind, 'prose'>;

/**
 * What a picture of a cell is drawn from. It is the same on the live page and in an exported file:
 * an output knows no worker and no store. The shared focus is read from its context, where a cell's
 * own layer and head stand in for the page's.
 */
interface OutputProps<K extends OutputKind> {
	readonly cell: CellOf<K>;
	/** What the source left (for a prompt and a generation: their own); null before it ran. */
	readonly trace: Trace | null;
	/** The cell at the root of the sources, itself for a prompt; it names pictures and how they are cut. */
	readonly prompt: CellOf<'prompt'> | null;
	/** For a comparison: the trace of `settings.other`. */
	readonly other: Trace | null;
	/** A classification's result; null before it ran. */
	readonly classification: Classification | null;
	/** The loaded or recorded model's. */
	readonly config: Gemma3Config | null;
	/** How the checkpoint's image processor cuts; null where nobody knows: then Gemma's own values. */
	readonly panAndScan: PanAndScanChoice | null;
	/** The files of the prompt's pictures, in the prompt's order. */
	readonly pictures: readonly Attachment[];
	/** The result is older than what it is a result of: it is drawn dimmed. */
	readonly stale: boolean;
	/** Keeps settings in the document; null where nothing may be kept: views then change for now. */
	readonly onsettings: ((settings: Partial<CellSettings<K>>) => void) | null;
}

/** Of any kind: settings go with the cell's kind. */
export type CellOutputProps = Omit<OutputProps<OutputKind>, 'onsettings'> & {
	readonly onsettings: ((settings: Partial<CellSettings<OutputKind>>) => void) | null;
};

/** Of one kind, with a trace to draw from and settings that can be changed. */
export interface DrawnProps<K extends OutputKind> {
	readonly cell: CellOf<K>;
	readonly trace: Trace;
	readonly onsettings: (settings: Partial<CellSettings<K>>) => void;
}
