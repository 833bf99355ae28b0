import type { TraceImage, TraceToken } from '../trace/trace.js';
import { imageLabel, tokenLabel, toTokenRuns, type TokenRun } from './tokenLabel.js';

export interface LabelledRun extends TokenRun {
	readonly label: string;
}

/** Tokens laid out in rows, so that only the rows in view need be drawn. */
export interface TokenRows {
	readonly runs: readonly LabelledRun[];
	/** Half-open ranges of `runs`. */
	readonly rows: readonly { readonly start: number; readonly end: number }[];
}

/** Of the strip's monospace face at 12 px, with room to spare; CSS pixels. */
const characterWidth = 7.4;
/** East Asian characters and pictographs take two. */
const wide =
	/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const padding = 8;
const gap = 2;

/**
 * Breaks tokens into rows by their estimated width. A newline at a token's end ends its row; the soft
 * tokens of an image are one run.
 *
 * @param availableWidth CSS pixels
 */
export function createTokenRows(
	tokens: readonly TraceToken[],
	images: readonly TraceImage[],
	availableWidth: number
): TokenRows {
	const runs = toTokenRuns(tokens).map((run): LabelledRun => {
		const { start, end, imageIndex } = run;
		const label =
			imageIndex === null
				? tokenLabel(tokens[start], { length: 24 })
				: `${imageLabel(images, imageIndex)} · ${end - start}`;
		return { ...run, label };
	});
	const rows: { start: number; end: number }[] = [];
	let used = 0;
	runs.forEach(({ label }, index) => {
		const width = labelWidth(label) + padding + gap;
		const last = rows.at(-1);
		const before = index > 0 ? tokens[runs[index - 1].start] : null;
		const broken = before?.kind === 'text' && before.text.endsWith('\n');
		if (!last || broken || used + width > availableWidth) {
			rows.push({ start: index, end: index + 1 });
			used = width;
		} else {
			last.end = index + 1;
			used += width;
		}
	});
	return { runs, rows };
}

function labelWidth(label: string): number {
	let width = 0;
	for (const character of label) width += wide.test(character) ? 2 : 1;
	return width * characterWidth;
}

/** Rows that must be drawn for a scroll position: those in view and a few more. Half-open. */
export function visibleRows(
	count: number,
	scroll: number,
	height: number,
	rowHeight: number,
	spare = 3
): { start: number; end: number } {
	const start = Math.max(0, Math.floor(scroll / rowHeight) - spare);
	const end = Math.min(count, Math.ceil((scroll + height) / rowHeight) + spare);
	return { start: Math.min(start, end), end };
}
