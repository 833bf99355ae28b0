import type { CellSettings } from '../../notebook/notebook.js';
import { pictureMark } from '../prompt.js';

type PromptSettings = CellSettings<'prompt'>;
type Message = PromptSettings['messages'][number];
type Part = Exclude<Message['content'], string>[number];

/** A turn of a chat, as it is typed: pictures at its start are beside the text, others are marks in it. */
export interface PromptTurn {
	readonly role: Message['role'];
	/** Pictures before the text. */
	readonly leading: number;
	readonly text: string;
}

export function toTurn({ role, content }: Message): PromptTurn {
	if (typeof content === 'string') return { role, leading: 0, text: content };
	const firstText = content.findIndex(({ type }) => type === 'text');
	const leading = firstText < 0 ? content.length : firstText;
	const rest = content.slice(leading);
	const text = rest.map((part) => (part.type === 'text' ? part.text : pictureMark)).join('');
	return { role, leading, text };
}

export function toMessage({ role, leading, text }: PromptTurn): Message {
	if (leading === 0 && !text.includes(pictureMark)) return { role, content: text };
	const parts: Part[] = Array.from({ length: leading }, () => ({ type: 'image' }));
	for (const [i, piece] of text.split(pictureMark).entries()) {
		if (i > 0) parts.push({ type: 'image' });
		// The first text tells what stands before it from what is marked in it.
		if (piece !== '' || i === 0) parts.push({ type: 'text', text: piece });
	}
	return { role, content: parts };
}

const countMarks = (text: string) => text.split(pictureMark).length - 1;
const countPictures = ({ leading, text }: PromptTurn) => leading + countMarks(text);

/** Index of a turn's first picture in the prompt. */
export function firstPicture(turns: readonly PromptTurn[], turn: number): number {
	return turns.slice(0, turn).reduce((sum, one) => sum + countPictures(one), 0);
}

/**
 * Adds pictures at the start of a turn, or in plain text at the caret.
 *
 * @param place the turn, or the place in the text
 */
export function addPictures(
	settings: PromptSettings,
	place: number,
	pictures: PromptSettings['pictures']
): Partial<PromptSettings> {
	if (settings.template === 'plain') {
		const before = settings.text.slice(0, place);
		const text = before + pictureMark.repeat(pictures.length) + settings.text.slice(place);
		const at = countMarks(before);
		return { text, pictures: settings.pictures.toSpliced(at, 0, ...pictures) };
	}
	const turns = settings.messages.map(toTurn);
	const turn = turns[place];
	const at = firstPicture(turns, place) + turn.leading;
	const changed = { ...turn, leading: turn.leading + pictures.length };
	return {
		messages: settings.messages.with(place, toMessage(changed)),
		pictures: settings.pictures.toSpliced(at, 0, ...pictures)
	};
}

/** Takes a picture out, with its place in the prompt. */
export function removePicture(settings: PromptSettings, index: number): Partial<PromptSettings> {
	const pictures = settings.pictures.toSpliced(index, 1);
	if (settings.template === 'plain') return { text: withoutMark(settings.text, index), pictures };
	let left = index;
	const messages = settings.messages.map((message) => {
		const turn = toTurn(message);
		const at = left;
		left -= countPictures(turn);
		if (at < 0 || left >= 0) return message;
		if (at < turn.leading) return toMessage({ ...turn, leading: turn.leading - 1 });
		return toMessage({ ...turn, text: withoutMark(turn.text, at - turn.leading) });
	});
	return { messages, pictures };
}

function withoutMark(text: string, index: number): string {
	const pieces = text.split(pictureMark);
	return pieces.reduce((all, piece, i) => all + (i - 1 === index ? '' : pictureMark) + piece);
}

/** Sends the prompt the other way; what was never typed that way is taken over. */
export function toTemplate(
	settings: PromptSettings,
	template: PromptSettings['template']
): Partial<PromptSettings> {
	const { text, messages } = settings;
	const isUntyped = messages.every((message) => toTurn(message).text === '');
	if (template === 'plain' && text === '') {
		const texts = messages.map((message) => {
			const turn = toTurn(message);
			return pictureMark.repeat(turn.leading) + turn.text;
		});
		return { template, text: texts.join('\n') };
	}
	if (template === 'chat' && isUntyped) {
		const turn = { role: 'user', leading: countMarks(text), text: withoutMarks(text) } as const;
		return { template, messages: [toMessage(turn)] };
	}
	return { template };
}

const withoutMarks = (text: string) => text.replaceAll(pictureMark, '').trimStart();
