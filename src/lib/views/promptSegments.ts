/** A stretch of a written-out prompt. */
export interface PromptSegment {
	readonly kind: 'text' | 'control' | 'soft';
	readonly text: string;
	/** How many soft tokens a soft stretch stands for, else 1. */
	readonly count: number;
}

const pattern = /((?:<image_soft_token>)+)|(<(?:start|end)_of_(?:image|turn)>|<bos>|<eos>)/g;
const softTokenLength = '<image_soft_token>'.length;

/** Cuts a prompt, as it is tokenised, into text, control tokens and runs of soft tokens. */
export function toPromptSegments(text: string): PromptSegment[] {
	const segments: PromptSegment[] = [];
	let start = 0;
	const push = (kind: PromptSegment['kind'], part: string, count = 1) => {
		if (part !== '') segments.push({ kind, text: part, count });
	};
	for (const match of text.matchAll(pattern)) {
		push('text', text.slice(start, match.index));
		const [all, soft] = match;
		if (soft === undefined) push('control', all);
		else push('soft', soft, soft.length / softTokenLength);
		start = match.index + all.length;
	}
	push('text', text.slice(start));
	return segments;
}
