import type { ConversationMessage } from './chatTemplate.js';
import { countToken } from './imagePrompt.js';
import type { Gemma3Tokenizer } from './tokenizer.js';

/** What is worth knowing about a conversation though the model takes it, in sentences. */
export function conversationNotices(
	messages: readonly ConversationMessage[],
	tokenizer: Gemma3Tokenizer
): string[] {
	const names = new Set(
		messages.flatMap(textsOf).flatMap((text) => tokenizer.controlTokensIn(text))
	);
	const notices = controlTokenNotices([...names]);
	if (messages.some((message) => message.role === 'user' && isEmpty(message))) {
		notices.push('A user message is empty: its turn holds no words.');
	}
	if (messages.every(({ role }) => role === 'system')) {
		notices.push('The system prompt has no user turn to stand in, so the model does not see it.');
	}
	return notices;
}

/** The same for prompts that are plain text. */
export function promptNotices(
	prompts: readonly string[],
	hasPictures: boolean,
	tokenizer: Gemma3Tokenizer
): string[] {
	const boiToken = hasPictures ? tokenizer.boiToken?.content : undefined;
	const names = new Set(prompts.flatMap((prompt) => tokenizer.controlTokensIn(prompt)));
	return controlTokenNotices([...names].filter((name) => name !== boiToken));
}

/** Says that `<start_of_image>` stands in prompts that no picture came with. */
export function missingPictureNotices(
	prompts: readonly string[],
	tokenizer: Gemma3Tokenizer
): string[] {
	const boiToken = tokenizer.boiToken?.content;
	if (boiToken === undefined) return [];
	const count = prompts.reduce((sum, prompt) => sum + countToken(prompt, boiToken), 0);
	if (count === 0) return [];
	const times = count === 1 ? 'once' : `${count} times`;
	return [
		`The prompt has ${boiToken} ${times}, but no picture came with it: the model sees the token alone.`
	];
}

function controlTokenNotices(names: readonly string[]): string[] {
	if (names.length === 0) return [];
	const what = names.length === 1 ? 'a control token' : 'control tokens';
	return [`Your text spells ${what}, read as such and not as plain text: ${names.join(', ')}.`];
}

function textsOf({ content }: ConversationMessage): string[] {
	if (typeof content === 'string') return [content];
	return content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
}

function isEmpty(message: ConversationMessage): boolean {
	const hasPicture =
		typeof message.content !== 'string' && message.content.some(({ type }) => type === 'image');
	return !hasPicture && textsOf(message).every((text) => text.trim() === '');
}
