import type { CellKind } from './cellSettings.js';
import type { Cell } from './notebook.js';

/** What a kind of cell is called on the page and in exports. */
export const kindTitles: Readonly<Record<CellKind, string>> = {
	prose: 'Prose',
	prompt: 'Prompt',
	tokens: 'Tokens',
	mask: 'Mask',
	slidingWindow: 'Sliding window',
	panAndScan: 'Pan & scan',
	attention: 'Attention',
	imageAttention: 'Image attention',
	hiddenStates: 'Hidden states',
	logitLens: 'Logit lens',
	generation: 'Generation',
	classification: 'Classification',
	configuration: 'Configuration',
	comparison: 'Comparison'
};

/** A cell in one line: `Attention · layer 5 · head mean · from prompt-1`. */
export function toCellTitle(cell: Cell): string {
	const { layer, head } = cell.settings as { layer?: number; head?: number | string | null };
	return [
		kindTitles[cell.kind],
		...(layer === undefined ? [] : [`layer ${layer}`]),
		...(head === undefined || head === null ? [] : [`head ${head}`]),
		...(cell.source === null ? [] : [`from ${cell.source}`])
	].join(' · ');
}

/** A prompt as a reader sees it: turns with their roles, or the text. */
export function toPromptLines(cell: Extract<Cell, { kind: 'prompt' }>): string[] {
	const { template, text, messages } = cell.settings;
	if (template === 'plain') return [text];
	return messages.map(({ role, content }) => {
		const parts =
			typeof content === 'string' ? [{ type: 'text' as const, text: content }] : content;
		return `${role}: ${parts.map((part) => (part.type === 'text' ? part.text : '[picture]')).join('')}`;
	});
}
