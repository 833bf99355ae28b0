import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Attachments, CellInput } from '../../../src/lib/notebook/notebook.js';
import type { TraceFileOptions } from '../../../src/lib/trace/recordTraceFile.js';

/** A notebook that comes with the page, before anything is recorded into it. */
export interface NotebookSource {
	/** Name of its file. */
	readonly slug: string;
	readonly title: string;
	/** What it teaches, in a sentence. */
	readonly summary: string;
	readonly cells: readonly CellInput[];
	/** What of a cell's result is kept, by id; `everything` where nothing is said. */
	readonly recordings: Readonly<Record<string, Partial<TraceFileOptions>>>;
	/** What the prose says; each is checked against the recordings. */
	readonly claims: readonly Claim[];
}

/** A number in the prose, per cent with as many digits as there, or an answer. */
export type Claim =
	/** A head's weight, from one token to one or, half-open, to several. */
	| {
			readonly cell: string;
			readonly layer: number;
			readonly head: number;
			readonly query: number;
			readonly keys: number | readonly [start: number, end: number];
			readonly percent: string;
	  }
	/** How likely a token is after a position, by the model or the logit lens of a hidden state. */
	| {
			readonly cell: string;
			readonly position: number;
			readonly state?: number;
			readonly token: string;
			readonly percent: string;
	  }
	/** What was generated. */
	| { readonly cell: string; readonly says: string }
	/** A head that `training/report.json` names, and its score. */
	| {
			readonly named: string;
			readonly layer: number;
			readonly head: number;
			readonly percent: string;
	  }
	/** A held-out accuracy of `training/report.json`. */
	| { readonly lesson: string; readonly percent: string };

type PromptSettings = NonNullable<Extract<CellInput, { kind: 'prompt' }>['settings']>;

/** Markdown; a number and its per cent stay on one line. */
export function prose(id: string, text: string): CellInput {
	return { id, kind: 'prose', settings: { text: text.trim().replace(/(\d) %/g, '$1\u00a0%') } };
}

/** A user's question, under any pictures. */
export function ask(
	id: string,
	question: string,
	pictures: readonly SamplePicture[] = [],
	settings: PromptSettings = {}
): CellInput {
	const images = pictures.map(() => ({ type: 'image' as const }));
	const text = { type: 'text' as const, text: question };
	const content = images.length > 0 ? [...images, text] : question;
	return {
		id,
		kind: 'prompt',
		settings: {
			...settings,
			messages: [{ role: 'user', content }],
			pictures: pictures.map(({ image, name }) => ({ image, name }))
		}
	};
}

/** A prompt that ends inside the model's answer, so that one pass shows a choice within it. */
export function askUpTo(
	id: string,
	question: string,
	answer: string,
	settings: PromptSettings = {}
): CellInput {
	const text = `<start_of_turn>user\n${question}<end_of_turn>\n<start_of_turn>model\n${answer}`;
	return { id, kind: 'prompt', settings: { ...settings, template: 'plain', text } };
}

export interface SamplePicture {
	/** Content hash, as attachments have it. */
	readonly image: string;
	readonly name: string;
	readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A sample picture of the page, `static/examples`. */
export function samplePicture(name: string): SamplePicture {
	const bytes = new Uint8Array(
		readFileSync(new URL(`../../../static/examples/${name}`, import.meta.url))
	);
	const hash = createHash('sha256').update(bytes).digest('hex');
	return { image: `sha256-${hash}`, name, bytes };
}

/** The pictures that prompts of a notebook show. */
export function toPictureAttachments({ cells }: Pick<NotebookSource, 'cells'>): Attachments {
	const names = cells.flatMap((cell) =>
		cell.kind === 'prompt' ? (cell.settings?.pictures ?? []).map(({ name }) => name) : []
	);
	return new Map(
		names.map((name) => {
			const { image, bytes } = samplePicture(name);
			return [image, { mediaType: 'image/png' as const, bytes }];
		})
	);
}
