import type { ContentPart, PanAndScanSettings, PictureFile, Prompt } from '../rpc/services.js';

/** A picture in the editor; `width` and `height` are upright, source pixels. */
export interface PromptPicture extends PictureFile {
	/** Tells two pictures with one name apart. */
	readonly id: number;
	readonly width: number;
	readonly height: number;
	/** What was changed in reading it, in sentences. */
	readonly notices: readonly string[];
}

/** What the editor holds: one text and its pictures, sent as it is or as a user's turn. */
export interface PromptDraft {
	readonly kind: Prompt['kind'];
	readonly text: string;
	readonly pictures: readonly PromptPicture[];
	/** Settings that differ from the checkpoint's. */
	readonly panAndScan: PanAndScanSettings;
}

export const emptyDraft: PromptDraft = { kind: 'chat', text: '', pictures: [], panAndScan: {} };

/** Stands for one picture in plain text. */
export const pictureMark = '<start_of_image>';

/** The prompt of a draft; in a turn the pictures come before the text. */
export function toPrompt({ kind, text, pictures }: PromptDraft): Prompt {
	if (kind === 'plain') return { kind, text };
	const parts: ContentPart[] = pictures.map(() => ({ type: 'image' }));
	const content = parts.length === 0 ? text : [...parts, { type: 'text' as const, text }];
	return { kind, messages: [{ role: 'user', content }] };
}

/** The draft that gives a prompt; null if it is more than one user turn of text. */
export function toDraft(prompt: Prompt): PromptDraft | null {
	if (prompt.kind === 'plain') return { ...emptyDraft, kind: 'plain', text: prompt.text };
	const [message, ...others] = prompt.messages;
	if (others.length > 0 || message?.role !== 'user') return null;
	const { content } = message;
	return typeof content === 'string' ? { ...emptyDraft, text: content } : null;
}

/** The same text for two prompts only if the model would see the same. */
export function toPromptKey(
	prompt: Prompt,
	{ pictures, panAndScan }: Pick<PromptDraft, 'pictures' | 'panAndScan'> = emptyDraft
): string {
	const seen = pictures.length > 0 ? [pictures.map(({ id }) => id), panAndScan] : [];
	return JSON.stringify([prompt, ...seen]);
}

/** The same draft sent another way: plain text marks the place of each picture, a turn does not. */
export function toKind(draft: PromptDraft, kind: Prompt['kind']): PromptDraft {
	const { text, pictures } = draft;
	if (kind === draft.kind || pictures.length === 0) return { ...draft, kind };
	if (kind === 'plain') return { ...draft, kind, text: pictureMark.repeat(pictures.length) + text };
	return { ...draft, kind, text: text.replaceAll(pictureMark, '').trimStart() };
}

/** The draft with pictures added at its end; in plain text their marks go in at `caret`. */
export function addPictures(
	draft: PromptDraft,
	pictures: readonly PromptPicture[],
	caret = draft.text.length
): PromptDraft {
	const all = [...draft.pictures, ...pictures];
	if (draft.kind === 'chat') return { ...draft, pictures: all };
	const marks = pictureMark.repeat(pictures.length);
	const text = `${draft.text.slice(0, caret)}${marks}${draft.text.slice(caret)}`;
	return { ...draft, pictures: all, text };
}

/** The draft without one picture; in plain text its mark goes too. */
export function removePicture(draft: PromptDraft, id: number): PromptDraft {
	const index = draft.pictures.findIndex((picture) => picture.id === id);
	if (index < 0) return draft;
	const pictures = draft.pictures.filter((picture) => picture.id !== id);
	if (draft.kind === 'chat') return { ...draft, pictures };
	const pieces = draft.text.split(pictureMark);
	const joined = pieces.reduce(
		(text, piece, i) => text + (i - 1 === index ? '' : pictureMark) + piece
	);
	return { ...draft, pictures, text: joined };
}

/** The draft with one picture moved; it stays where it is at either end. */
export function movePicture(draft: PromptDraft, id: number, step: -1 | 1): PromptDraft {
	const pictures = [...draft.pictures];
	const from = pictures.findIndex((picture) => picture.id === id);
	const to = from + step;
	if (from < 0 || to < 0 || to >= pictures.length) return draft;
	[pictures[from], pictures[to]] = [pictures[to], pictures[from]];
	return { ...draft, pictures };
}

export const examples: readonly PromptDraft[] = [
	{ ...emptyDraft, text: 'What is the capital of France?' },
	{ ...emptyDraft, text: 'What is 14 + 28?' },
	{ ...emptyDraft, text: 'Repeat: l s i k r' },
	{ ...emptyDraft, kind: 'plain', text: 'Plants create energy through a process known as' }
];
