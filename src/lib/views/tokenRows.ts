import type { TraceImage, TraceToken } from '../trace/trace.js';
import { imageLabel, tokenLabel, toTokenRuns, type TokenRun } from './tokenLabel.js';
import { toWordRuns } from './tokenWords.js';

export interface LabelledRun extends TokenRun {
	readonly label: string;
	/** Heads the soft tokens of an image; they follow one by one where the image is open. */
	readonly isImage: boolean;
}

export type TokenUnit = 'token' | 'word';

export interface TokenRowOptions {
	/** CSS pixels. */
	readonly availableWidth: number;
	readonly unit?: TokenUnit;
	/** Indices of the images whose soft tokens stand one by one. */
	readonly opened?: ReadonlySet<number>;
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
 * Breaks tokens, or words, into rows by their estimated width. A newline at a token's end ends its
 * row; the soft tokens of an image are one run, unless it is open.
 */
export function createTokenRows(
	tokens: readonly TraceToken[],
	images: readonly TraceImage[],
	{ availableWidth, unit = 'token', opened = new Set() }: TokenRowOptions
): TokenRows {
	const whole = unit === 'word' ? toWordRuns(tokens) : toTokenRuns(tokens);
	const runs = whole.flatMap((run): LabelledRun[] => {
		const { start, end, imageIndex } = run;
		if (imageIndex === null) {
			const { kind } = tokens[start];
			const text = tokens.slice(start, end).reduce((joined, token) => joined + token.text, '');
			return [{ ...run, label: tokenLabel({ text, kind }, { length: 24 }), isImage: false }];
		}
		const isOpen = opened.has(imageIndex);
		const label = `${imageLabel(images, imageIndex)} · ${end - start} ${isOpen ? '▾' : '▸'}`;
		const head = { ...run, label, isImage: true };
		if (!isOpen) return [head];
		return [
			head,
			...Array.from({ length: end - start }, (_, i) => ({
				start: start + i,
				end: start + i + 1,
				imageIndex,
				label: tokenLabel(tokens[start + i], { softIndex: i }),
				isImage: false
			}))
		];
	});
	const rows: { start: number; end: number }[] = [];
	let used = 0;
	runs.forEach(({ label }, index) => {
		const width = labelWidth(label) + padding + gap;
		const last = rows.at(-1);
		const before = index > 0 ? tokens[runs[index - 1].end - 1] : null;
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

/** The run that stands for a position: of an open image the soft token itself, not its head. */
export function runAt({ runs }: Pick<TokenRows, 'runs'>, position: number): number {
	const at = runs.findIndex(({ start, end }) => position >= start && position < end);
	const isHead = runs[at]?.isImage && runs[at + 1]?.imageIndex === runs[at].imageIndex;
	return isHead ? at + 1 + position - runs[at].start : at;
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
