import type { Prompt } from '../rpc/services.js';

/** What the editor holds: one text, sent as it is or as a user's turn. */
export interface PromptDraft {
	readonly kind: Prompt['kind'];
	readonly text: string;
}

export function toPrompt({ kind, text }: PromptDraft): Prompt {
	return kind === 'plain' ? { kind, text } : { kind, messages: [{ role: 'user', content: text }] };
}

/** The draft that gives a prompt; null if it is more than one user turn of text. */
export function toDraft(prompt: Prompt): PromptDraft | null {
	if (prompt.kind === 'plain') return { kind: 'plain', text: prompt.text };
	const [message, ...others] = prompt.messages;
	if (others.length > 0 || message?.role !== 'user') return null;
	const { content } = message;
	return typeof content === 'string' ? { kind: 'chat', text: content } : null;
}

export function isSamePrompt(a: Prompt, b: Prompt): boolean {
	return JSON.stringify(a) === JSON.stringify(b);
}

export const examples: readonly PromptDraft[] = [
	{ kind: 'chat', text: 'What is the capital of France?' },
	{ kind: 'chat', text: 'What is 14 + 28?' },
	{ kind: 'chat', text: 'Repeat: l s i k r' },
	{ kind: 'plain', text: 'Plants create energy through a process known as' }
];
