import { Template } from '@huggingface/jinja';
import { protectWhitespace } from './pythonWhitespace.js';

export interface TextPart {
	readonly type: 'text';
	readonly text: string;
}

/** A picture in the conversation; `image` may carry the picture itself. */
export interface ImagePart<Image = unknown> {
	readonly type: 'image';
	readonly image?: Image;
}

export type ContentPart<Image = unknown> = TextPart | ImagePart<Image>;

/** One message of a conversation; Gemma's template knows the roles system, user and assistant. */
export interface ConversationMessage<Image = unknown> {
	readonly role: string;
	readonly content: string | readonly ContentPart<Image>[];
}

export interface ChatTemplateOptions {
	/** Opens the model's turn at the end, false unless given. */
	readonly addGenerationPrompt?: boolean;
	/** What `bos_token` is in the template, `<bos>` unless given. */
	readonly bosToken?: string;
	/** Further variables of the template, by the names it uses. */
	readonly variables?: Readonly<Record<string, unknown>>;
}

/** The chat template cannot be read, or it refuses the conversation; the message says why. */
export class ChatTemplateError extends Error {
	override name = 'ChatTemplateError';
}

/**
 * The prompt text that a Jinja chat template makes of a conversation, as
 * `apply_chat_template(…, tokenize=False)` does.
 *
 * @throws ChatTemplateError if there is no message, the template is no Jinja, or it refuses the
 * conversation (Gemma's does unless user and assistant alternate)
 */
export function renderChatTemplate(
	template: string,
	messages: readonly ConversationMessage[],
	options: ChatTemplateOptions = {}
): string {
	const { addGenerationPrompt = false, bosToken = '<bos>', variables = {} } = options;
	if (messages.length === 0) {
		throw new ChatTemplateError('The conversation is empty: add a user message.');
	}
	const compiled = compile(template);
	const whitespace = protectWhitespace(messages.flatMap(texts).join(''));
	const plain = messages.map(({ role, content }) => ({
		role,
		content:
			typeof content === 'string'
				? whitespace.protect(content)
				: content.map((part) => toPlainPart(part, whitespace.protect))
	}));
	try {
		const text = compiled.render({
			tools: null,
			documents: null,
			...variables,
			messages: plain,
			add_generation_prompt: addGenerationPrompt,
			bos_token: bosToken
		});
		return whitespace.restore(text);
	} catch (error) {
		throw new ChatTemplateError(
			`The chat template refuses this conversation: ${(error as Error).message}`,
			{ cause: error }
		);
	}
}

function compile(template: string): Template {
	try {
		return new Template(template);
	} catch (error) {
		throw new ChatTemplateError(
			`The chat template is no valid Jinja: ${(error as Error).message}`,
			{
				cause: error
			}
		);
	}
}

function texts({ content }: ConversationMessage): string[] {
	if (typeof content === 'string') return [content];
	return content.map((part) => (part.type === 'text' ? part.text : ''));
}

// A picture itself never enters the template, only the fact that there is one.
function toPlainPart(part: ContentPart, protect: (text: string) => string): object {
	return part.type === 'text'
		? { type: 'text', text: protect(part.text) }
		: { type: (part as ContentPart).type };
}
