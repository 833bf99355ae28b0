import katex from 'katex';
import { escapeHtml } from './html.js';

/** Characters of one formula, and braces within braces, that are typeset. */
const maxLength = 5000;
const maxDepth = 50;

/**
 * A formula as MathML, which needs no style sheet and no font of ours, and which screen readers
 * read. A formula that cannot be typeset is shown as it was written, with the reason as its title.
 *
 * @param tex in KaTeX's dialect, without commands that link, load or carry HTML
 * @param displayMode on a line of its own
 */
export function renderMath(tex: string, displayMode: boolean): string {
	if (tex.length > maxLength) return asWritten(tex, `longer than ${maxLength} characters`);
	if (braceDepth(tex) > maxDepth) return asWritten(tex, `braces are more than ${maxDepth} deep`);
	try {
		return katex.renderToString(tex, {
			displayMode,
			output: 'mathml',
			trust: false,
			strict: 'ignore',
			maxSize: 20,
			maxExpand: 200
		});
	} catch (error) {
		// A formula under the pen is seldom finished: what is wrong belongs beside it.
		return asWritten(tex, (error as Error).message);
	}
}

function asWritten(tex: string, reason: string): string {
	return `<code class="math-error" title="${escapeHtml(reason)}">${escapeHtml(tex)}</code>`;
}

function braceDepth(tex: string): number {
	let depth = 0;
	let deepest = 0;
	for (const character of tex) {
		if (character === '{') deepest = Math.max(deepest, ++depth);
		else if (character === '}') depth--;
	}
	return deepest;
}
